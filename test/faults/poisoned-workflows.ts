/** The workflows of a release with a bug: each declaration fails its workflow task, whenever that is tried. */
export * from '../../src/workflows';

export function customsDeclaration(): Promise<never> {
  return Promise.reject(new TypeError('a bug of this release'));
}
