// The camera of the page, loaded when somebody wants it.
export { openCamera } from '@mer/io';
