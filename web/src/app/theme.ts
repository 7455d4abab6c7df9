/** Colours, sizes and shapes. One accent, 14 px base, two radii. */
import { createTheme, type MantineColorsTuple } from "@mantine/core";

const indigo: MantineColorsTuple = [
  "#f0f0fd",
  "#dddcf7",
  "#b9b6ee",
  "#938ee4",
  "#746ddc",
  "#6058d7",
  "#554dd2",
  "#4740b8",
  "#3d37a3",
  "#322d8c",
];

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
  colors: { indigo },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  defaultRadius: "md",
  radius: { md: "8px", sm: "5px" },
  cursorType: "pointer",
  autoContrast: true,
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.6rem" }, h2: { fontSize: "1.4rem" } } },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false } } },
    Badge: { styles: { label: { textTransform: "none", fontWeight: 600 } } },
    Modal: { defaultProps: { centered: true } },
  },
});
