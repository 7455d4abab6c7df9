/** Addresses in a pasted or uploaded list, and the parts it is sent in. Pure. */

/** The most addresses the server takes at once is higher; parts this small show how far it is. */
const PART = 5_000;

const HEADERS = ["address", "email", "e-mail", "phone"];

/** One per line; quotes, a byte-order mark and a header line are left out; of several columns the right one. */
export function addressesIn(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const rows = lines.map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/s, "$1")));
  const [first = []] = rows;
  const named = first.findIndex((cell) => HEADERS.includes(cell.toLowerCase()));
  const column = Math.max(named, 0);
  const cells = rows.slice(named >= 0 ? 1 : 0).map((row) => row[column]?.trim() ?? "");
  return [...new Set(cells.filter((cell) => cell !== ""))];
}

export function partsOf(addresses: string[], size = PART): string[][] {
  const count = Math.ceil(addresses.length / size);
  return Array.from({ length: count }, (_, part) => addresses.slice(part * size, (part + 1) * size));
}
