/** Colours that people with any colour vision can tell apart (Okabe and Ito), dark enough for lines on white. */
export const COLOURS = {
  ours: '#0072B2',
  other: '#D55E00',
  third: '#009E73',
  fourth: '#CC79A7',
  fifth: '#7A6A00',
  goal: '#6B6B6B',
};
