/** Kinds of pictures that cannot hold scripts. */
const PICTURE = /^data:image\/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/;

/** Whether an address holds a picture itself, of a kind that may be drawn. */
export const isPicture = (address: string): boolean => PICTURE.test(address);

/** The address of a picture that is here in base64; null for every other kind of file. */
export function pictureOf(mediaType: string, data: string): string | null {
  const address = `data:${mediaType};base64,${data}`;
  return isPicture(address) ? address : null;
}
