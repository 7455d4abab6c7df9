/**
 * Keyboard shortcuts as registered values: the help sheet lists exactly what is bound.
 * Keys are written "g h" (one after the other), "mod+z", "?" or "c". Single keys can be switched off.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

export type Shortcut = { keys: string; label: string; run: () => void; group: string };

const SEQUENCE_MS = 1200;
const SINGLE_KEYS_OFF = "tutti.single-keys-off";

const registered = new Map<string, Shortcut>();
const listeners = new Set<() => void>();
let snapshot: Shortcut[] = [];
let pending = "";
let pendingAt = 0;

function changed(): void {
  snapshot = [...registered.values()];
  for (const listener of listeners) listener();
}

export function singleKeysOn(): boolean {
  return localStorage.getItem(SINGLE_KEYS_OFF) === null;
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(SINGLE_KEYS_OFF);
  else localStorage.setItem(SINGLE_KEYS_OFF, "1");
  changed();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** The name of a key press, e.g. "mod+shift+z" or "?". */
export function keyName(event: Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey" | "shiftKey">): string {
  const parts: string[] = [];
  const named = event.key.length > 1;
  if (event.metaKey || event.ctrlKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && (named || event.metaKey || event.ctrlKey)) parts.push("shift");
  return [...parts, event.key.toLowerCase()].join("+");
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = keyName(event);
  const withModifier = name.startsWith("mod+") || name.startsWith("alt+");
  if (!withModifier && (isTyping(event.target) || !singleKeysOn())) return;
  if (!withModifier && document.querySelector('[role="dialog"]')) return;
  const sequence = pending && event.timeStamp - pendingAt < SEQUENCE_MS ? `${pending} ${name}` : name;
  const hit = registered.get(sequence) ?? registered.get(name);
  if (hit) {
    pending = "";
    event.preventDefault();
    hit.run();
    return;
  }
  const opensSequence = !withModifier && [...registered.keys()].some((keys) => keys.startsWith(`${name} `));
  pending = opensSequence ? name : "";
  pendingAt = event.timeStamp;
}

let listening = false;

export function registerShortcut(shortcut: Shortcut): () => void {
  if (!listening) {
    listening = true;
    document.addEventListener("keydown", onKeyDown);
  }
  registered.set(shortcut.keys, shortcut);
  changed();
  return () => {
    if (registered.get(shortcut.keys) === shortcut) registered.delete(shortcut.keys);
    changed();
  };
}

/** Binds a shortcut while the component is mounted. */
export function useShortcut(keys: string, label: string, run: () => void, group = "page"): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => registerShortcut({ keys, label, group, run: () => latest.current() }), [keys, label, group]);
}

export function useShortcuts(): Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshot,
  );
}
