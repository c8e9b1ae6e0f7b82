/** The browser's own parts behind the connection's ports. */

import { clock, newId, SafeStore, socketAt } from "../../shared/browserPorts";
import { PictureRefused, type Ports } from "./ports";

export function browserPorts(): Ports {
  const store = new SafeStore(() => localStorage);
  return { openSocket: socketAt("/ws/chat"), clock, store, newId, uploadPicture, downloadPicture, random: Math.random };
}

const uploadPicture: Ports["uploadPicture"] = async ({ conversation, token }, picture) => {
  const form = new FormData();
  form.append("file", picture, picture.type === "image/png" ? "picture.png" : "picture.jpg");
  const response = await fetch(`/api/v1/conversations/${encodeURIComponent(conversation)}/images`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: form,
  });
  const answer = (await response.json().catch(() => ({}))) as {
    attachment?: { id?: string };
    error?: { text?: string };
  };
  const id = answer.attachment?.id;
  if (!response.ok || typeof id !== "string") throw new PictureRefused(answer.error?.text ?? "图片没有传成功，请再试一次。");
  return id;
};

const downloadPicture: Ports["downloadPicture"] = async ({ token }, id) => {
  const response = await fetch(`/api/v1/attachments/${encodeURIComponent(id)}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`picture: ${response.status}`);
  return response.blob();
};
