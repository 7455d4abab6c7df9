/**
 * A picture from somewhere else. Its room is kept before it comes, so that nothing jumps; a mark stands there when there is
 * none, or when it cannot be had. It is fetched when it comes near the screen, and its host is not told from which page.
 */
import { IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./Picture.module.css";

type Props = {
  src: string | null | undefined;
  /** Width and height in px. */
  size: number;
  /** Empty where the name stands beside it. */
  alt?: string;
};

const MARK_SHARE = 0.5;
const MARK_PX_MAX = 48;

export function Picture({ src, size, alt = "" }: Props) {
  const [failed, setFailed] = useState<string | null>(null);
  const there = Boolean(src) && failed !== src;
  return (
    <span className={classes.frame} style={{ width: size, height: size }} data-empty={there ? undefined : true}>
      {there && src ? (
        <img
          src={src}
          alt={alt}
          width={size}
          height={size}
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          className={classes.image}
          onError={() => setFailed(src)}
        />
      ) : (
        <IconPhoto size={Math.min(size * MARK_SHARE, MARK_PX_MAX)} stroke={1.4} aria-hidden />
      )}
    </span>
  );
}
