/** Somebody's HTML in a frame that runs no script and reaches nothing of ours. */

/** Links open beside the page, never inside the frame; without the right to open windows they do nothing. */
const LINKS_OUTSIDE = '<base target="_blank">';

type Props = {
  html: string;
  title: string;
  /** Whether a click on a link may open it in a new tab. */
  links?: boolean;
  width?: number | string;
  height?: number | string;
};

export function MailFrame({ html, title, links = false, width = "100%", height = 640 }: Props) {
  return (
    <iframe
      title={title}
      sandbox={links ? "allow-popups allow-popups-to-escape-sandbox" : ""}
      referrerPolicy="no-referrer"
      srcDoc={LINKS_OUTSIDE + html}
      style={{
        display: "block",
        width,
        maxWidth: "100%",
        height,
        margin: "0 auto",
        border: "1px solid var(--mantine-color-default-border)",
        borderRadius: 8,
        // Mail is written for white paper, whatever the colours around it.
        background: "#fff",
        colorScheme: "light",
      }}
    />
  );
}
