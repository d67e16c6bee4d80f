/** Upload of images for applications. */
export type { MediaCalls, UploadedImage, UploadFileOptions } from './calls';
export { MAX_IMAGE_BYTES, parseImage } from './image';
export type { Image, ParseImageOptions } from './image';
