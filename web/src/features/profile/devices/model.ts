/** What a device is called. Pure. */
import type { Device } from "./types";

/** "18.1.2" as "18": what people know of a version. */
export const mainVersion = (version: string | null | undefined) => version?.split(".")[0] ?? "";

const joined = (...parts: (string | null | undefined)[]) => parts.filter(Boolean).join(" ");

/** Names that need no brand before them. */
const KNOWN = /^(iPhone|iPad|iPod|Mac|Apple|Pixel|Xbox|PlayStation)/i;

/** Brand and model as one says them: "Samsung SM-S921B", "iPhone"; "" when neither is known. */
export function thing({ brand, model }: Pick<Device, "brand" | "model">): string {
  if (!model) return brand ?? "";
  const has = brand && model.toLowerCase().startsWith(brand.toLowerCase());
  return has || KNOWN.test(model) ? model : joined(brand, model);
}

/** A page shown inside an app that does not say which. */
const WEB_VIEW = /webview/i;

/** The program as people know it: that it is the one for telephones the device says already. */
function program({ client, client_version }: Device, inApp: string): string {
  if (!client) return "";
  if (WEB_VIEW.test(client)) return inApp;
  return joined(
    client
      .replace(/\b(Mobile|iOS)\b/g, "")
      .trim()
      .replace(/ +/g, " ") || client,
    mainVersion(client_version),
  );
}

/** "iPhone, Safari 18"; the words stand for what is not known better: the type, and "in an app". */
export function deviceName(device: Device, words: { type: string; inApp: string }): string {
  return [thing(device) || words.type, program(device, words.inApp)].filter(Boolean).join(", ");
}

/** "Android 14"; "" when not known. */
export const system = ({ os, os_version }: Pick<Device, "os" | "os_version">) => (os ? joined(os, os_version) : "");
