import { Badge } from "@mantine/core";

const COLOURS: Record<string, string> = {
  get: "blue",
  post: "teal",
  put: "orange",
  patch: "orange",
  delete: "red",
  options: "gray",
};

export function Method({ method }: { method: string }) {
  return (
    <Badge size="sm" radius="sm" variant="light" color={COLOURS[method] ?? "gray"} style={{ flex: "none" }}>
      {method.toUpperCase()}
    </Badge>
  );
}
