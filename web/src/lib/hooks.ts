/** Small behaviours that several screens share. */
import { useEffect, useState } from "react";

const SKELETON_AFTER_MS = 200;

/** True once something has been going on for 200 ms: quick answers show no flicker. */
export function useDelayed(active: boolean, ms = SKELETON_AFTER_MS): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!active) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), ms);
    return () => clearTimeout(timer);
  }, [active, ms]);
  return shown;
}

/** The current time, refreshed so that "5 minutes ago" stays true. */
export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
