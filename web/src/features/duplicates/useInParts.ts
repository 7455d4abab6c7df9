/** Many groups sent in parts, one after the other, with how far it is; stopping lets the part under way be the last. */
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { chunks } from "./model";
import { refresh } from "./queries";
import type { Group } from "./types";

type Options<T> = {
  size: number;
  send: (part: Group[]) => Promise<T>;
  /** After each part: what is done is done, also when a later part fails. */
  onPart: (part: Group[]) => void;
  onDone: (answers: T[]) => void;
};

export function useInParts<T extends { visible?: boolean }>({ size, send, onPart, onDone }: Options<T>) {
  const [done, setDone] = useState(0);
  const stopped = useRef(false);
  const work = useMutation({
    mutationFn: async (groups: Group[]) => {
      const answers: T[] = [];
      stopped.current = false;
      setDone(0);
      try {
        for (const part of chunks(groups, size)) {
          if (stopped.current) break;
          answers.push(await send(part));
          onPart(part);
          setDone((before) => before + part.length);
        }
      } finally {
        void refresh(answers.every((answer) => answer.visible !== false));
      }
      return answers;
    },
    meta: { quiet: true },
    onSuccess: onDone,
  });
  const stop = () => {
    stopped.current = true;
  };
  return { work, done, stop };
}
