import { useEffect, useRef, useState } from "react";

/** Moves the focus in `box` to the first selector that finds something, once what was just done is on screen. */
export function useFocusNext<E extends HTMLElement>() {
  const box = useRef<E>(null);
  const [finds, setFinds] = useState<string[]>([]);
  useEffect(() => {
    const found = finds.map((find) => box.current?.querySelector<HTMLElement>(find)).find(Boolean);
    found?.focus();
  }, [finds]);
  return { box, focusNext: (...finds: string[]) => setFinds(finds) };
}
