/** The live stream as state: recent events first, then what arrives, held back while paused. */
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { openStream, type StreamState } from "@/api/sse";
import type { Items, LiveEvent } from "@/api/types";
import { MOST_SHOWN, prepend } from "./model";

const DRAW_EVERY_MS = 250;
const RECENT = 50;

export type Filter = { name: string; channel: string };

export function useLiveEvents(filter: Filter, paused: boolean) {
  const [events, setEvents] = useState<LiveEvent[]>([]);
  const [rate, setRate] = useState<number | null>(null);
  const [state, setState] = useState<StreamState>("connecting");
  const [waiting, setWaiting] = useState(0);
  const buffer = useRef<LiveEvent[]>([]);
  const held = useRef(paused);
  held.current = paused;

  useEffect(() => {
    const query = { name: filter.name || undefined, channel: filter.channel || undefined };
    let gone = false;
    buffer.current = [];
    setEvents([]);
    setWaiting(0);
    api
      .get<Items<LiveEvent>>("/api/v1/events", { query: { ...query, limit: RECENT } })
      .then((recent) => {
        const matching = recent.items.filter((event) => !filter.channel || event.channel === filter.channel);
        if (!gone) setEvents((shown) => prepend([], [...matching.reverse(), ...[...shown].reverse()]));
      })
      .catch(() => {});
    const close = openStream("/api/v1/events/live", query, {
      onState: setState,
      onEvent: (name, data) => {
        if (name === "rate") setRate((data as { per_second: number }).per_second);
        if (name === "event") {
          buffer.current.push(data as LiveEvent);
          if (buffer.current.length > MOST_SHOWN) buffer.current.shift();
        }
      },
    });
    const timer = setInterval(() => {
      if (held.current) return setWaiting(buffer.current.length);
      if (buffer.current.length === 0) return;
      const fresh = buffer.current;
      buffer.current = [];
      setWaiting(0);
      setEvents((shown) => prepend(shown, fresh));
    }, DRAW_EVERY_MS);
    return () => {
      gone = true;
      close();
      clearInterval(timer);
    };
  }, [filter.name, filter.channel]);

  return { events, rate, state, waiting };
}
