/** Choose a file, or drop it. */
import { useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { type DragEvent, type ReactNode, useState } from "react";
import * as format from "@/lib/format";
import classes from "./DropArea.module.css";

type Props = {
  file: File | null;
  onFile: (file: File) => void;
  /** Endings of the files to choose from, as a file input wants them. */
  accept: string;
  /** What may be dropped, in a sentence. */
  hint: ReactNode;
  disabled?: boolean;
};

export function DropArea({ file, onFile, accept, hint, disabled }: Props) {
  const { t } = useLingui();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped && !disabled) onFile(dropped);
  };
  return (
    <section
      aria-label={t`File`}
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileUpload size={30} stroke={1.4} aria-hidden />
      {file ? (
        <Text fw={550}>
          {file.name} · {format.bytes(file.size)}
        </Text>
      ) : (
        <Text>{hint}</Text>
      )}
      <Group justify="center">
        <FileButton onChange={(chosen) => chosen && onFile(chosen)} accept={accept} disabled={disabled}>
          {(props) => (
            <Button {...props} variant="default" size="xs">
              {file ? t`Another file` : t`Choose a file`}
            </Button>
          )}
        </FileButton>
      </Group>
    </section>
  );
}
