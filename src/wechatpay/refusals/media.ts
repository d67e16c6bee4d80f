import type { RefusalTable } from './table';

/** Source: WeChat Pay Global APIv3, "Image upload"; of its table of errors only the codes could be read. */
export const mediaRefusals: RefusalTable = {
  calls: /^media\b/,
  rows: [
    {
      code: 'PARAM_ERROR',
      errorClass: 'INPUT',
      meaning: 'the image or its description is wrong',
      remedy: 'Upload a JPG, BMP or PNG of at most 2 MB under its own name and SHA-256.',
    },
  ],
};
