// From a chart to an SVG: Vega, in Node, without a browser or a canvas.
import * as vega from 'vega';
import { compile } from 'vega-lite';

const CONFIG = {
  // A page may be dark; the chart brings its own paper.
  background: 'white',
  padding: 12,
  font: 'Helvetica, Arial, sans-serif',
  title: { anchor: 'start', fontSize: 14, subtitleFontSize: 11, subtitleColor: '#555', offset: 12 },
  axis: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', gridColor: '#e6e6e6', domainColor: '#888' },
  legend: { labelLimit: 260, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', symbolStrokeWidth: 2 },
  header: { labelFontSize: 11, titleFontSize: 11 },
  view: { stroke: null },
  line: { strokeWidth: 2 },
  point: { size: 50, filled: true, opacity: 1 },
};

/** @returns {Promise<string>} the same text for the same chart, on every machine */
export async function draw(chart) {
  // Names inside the file are numbered on from the last drawing otherwise.
  vega.resetSVGDefIds();
  const warnings = [];
  const logger = { ...vega.logger(vega.None), warn: (...words) => (warnings.push(words.join(' ')), logger) };
  const spec = compile({ config: CONFIG, ...chart }, { logger }).spec;
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logger });
  const svg = await view.toSVG();
  view.finalize();
  if (warnings.length > 0) throw new Error(`${chart.title?.text ?? 'a chart'}: ${warnings.join('; ')}`);
  return `${svg}\n`;
}
