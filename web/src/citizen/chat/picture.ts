/** Makes a chosen or pasted picture fit to be sent: small enough, upright, and without the place it was taken at. */

import { PictureRefused } from "./ports";

/** The server takes no more. */
export const MAX_BYTES = 5 * 1024 * 1024;
/** A page of a document stays readable at this; in pixels, of the longer side. */
export const MAX_SIDE = 1600;
const JPEG_QUALITY = 0.85;
const TYPES: readonly string[] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

const NO_PICTURE = "只能发送图片（JPG、PNG、WEBP、GIF）。";
const TOO_LARGE = "图片太大了，请选择 5 MB 以内的图片。";

/** The size within `side`, with the same shape; never larger than it was. */
export function fitWithin(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Draws the picture anew: a photo's hidden data (place, device) stays on the phone. A browser that cannot draw it
 * sends it as it is, if it is small enough.
 *
 * Rejects with PictureRefused.
 */
export async function preparePicture(file: Blob): Promise<Blob> {
  // An iPhone's HEIC has no type the browser knows; what it can draw, it may send.
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") throw new PictureRefused(NO_PICTURE);
  const drawn = await redraw(file).catch(() => null);
  const ready = drawn ?? (TYPES.includes(file.type) ? file : null);
  if (ready === null) throw new PictureRefused(NO_PICTURE);
  if (ready.size > MAX_BYTES) throw new PictureRefused(TOO_LARGE);
  return ready;
}

async function redraw(file: Blob): Promise<Blob | null> {
  const image = await load(file);
  const { width, height } = fitWithin(image.naturalWidth, image.naturalHeight, MAX_SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  // A JPEG has no transparency: what shows through becomes paper, not black.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}

function load(file: Blob): Promise<HTMLImageElement> {
  const address = URL.createObjectURL(file);
  const image = new Image();
  return new Promise<HTMLImageElement>((resolve, reject) => {
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("unreadable picture"));
    image.src = address;
  }).finally(() => URL.revokeObjectURL(address));
}
