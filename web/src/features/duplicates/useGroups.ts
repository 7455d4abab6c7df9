/** What the reader has said about the groups and not sent yet, and which ones have left the list. */
import { useState } from "react";
import { type Choice, keyOf, suggested } from "./model";
import type { Group } from "./types";

export type Groups = {
  choiceOf: (group: Group) => Choice;
  choose: (group: Group, choice: Choice) => void;
  /** Also groups that the list does not show yet. */
  ticked: Group[];
  isTicked: (group: Group) => boolean;
  tick: (groups: Group[], on: boolean) => void;
  isGone: (group: Group) => boolean;
  /** Merged, not the same, or not there any more. */
  leave: (groups: Group[]) => void;
};

export function useGroups(): Groups {
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map());
  const [ticked, setTicked] = useState<ReadonlyMap<string, Group>>(new Map());
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const tick = (groups: Group[], on: boolean) =>
    setTicked((before) => {
      const next = new Map(before);
      for (const group of groups) {
        if (on) next.set(keyOf(group), group);
        else next.delete(keyOf(group));
      }
      return next;
    });
  return {
    choiceOf: (group) => choices.get(keyOf(group)) ?? suggested(group),
    choose: (group, choice) => setChoices((before) => new Map(before).set(keyOf(group), choice)),
    ticked: [...ticked.values()],
    isTicked: (group) => ticked.has(keyOf(group)),
    tick,
    isGone: (group) => gone.has(keyOf(group)),
    leave: (groups) => {
      tick(groups, false);
      setGone((before) => new Set([...before, ...groups.map(keyOf)]));
    },
  };
}
