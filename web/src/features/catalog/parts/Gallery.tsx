/** The pictures of a product: one large, the others to choose from. */
import { useLingui } from "@lingui/react/macro";
import { Group, Stack, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { Product } from "@/api/products";
import { Picture } from "@/ui/Picture";
import classes from "./product.module.css";

const LARGE_PX = 280;
const SMALL_PX = 52;
/** Some feeds name dozens. */
const SHOWN_MAX = 11;

export function Gallery({ product: { title, image_link, additional_image_links } }: { product: Product }) {
  const { t } = useLingui();
  const all = [...new Set([image_link, ...additional_image_links].filter((link) => link !== null))].slice(0, SHOWN_MAX);
  const [chosen, setChosen] = useState(0);
  return (
    <Stack gap="xs" align="center">
      <Picture src={all[chosen]} size={LARGE_PX} alt={title} />
      {all.length > 1 && (
        <Group gap={4} role="group" aria-label={t`Pictures`} justify="center">
          {all.map((link, index) => (
            <UnstyledButton
              key={link}
              className={classes.thumb}
              aria-label={t`Picture ${index + 1}`}
              aria-pressed={index === chosen}
              onClick={() => setChosen(index)}
            >
              <Picture src={link} size={SMALL_PX} />
            </UnstyledButton>
          ))}
        </Group>
      )}
    </Stack>
  );
}
