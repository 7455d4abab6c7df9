/** What the columns of a table can mean: a file that is imported, a query, a file of a watched folder. Pure. */
import type { ImportKind } from "@/api/types";

const CUSTOMER = ["customer_id", "email", "phone", "loyalty_card"];

export const FIELDS: Record<ImportKind, readonly string[]> = {
  customers: [
    "customer_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "name",
    "gender",
    "birthday",
    "street",
    "postal_code",
    "city",
    "country",
    "language",
    "loyalty_card",
    "created_at",
    "updated_at",
    "email_consent",
    "sms_consent",
  ],
  orders: [
    "order_id",
    "customer_id",
    "email",
    "phone",
    "loyalty_card",
    "ordered_at",
    "product_id",
    "product_name",
    "category",
    "brand",
    "size",
    "color",
    "quantity",
    "unit_price",
    "total",
    "discount",
    "shipping",
    "tax",
    "currency",
    "channel",
    "country",
    "coupon",
    "status",
  ],
  events: [...CUSTOMER, "event", "happened_at", "message_id", "channel"],
  companies: [
    "company_id",
    "name",
    "domain",
    "website",
    "industry",
    "plan",
    "employees",
    "email",
    "phone",
    "street",
    "postal_code",
    "city",
    "country",
    "updated_at",
    "customer_id",
    "member_email",
    "member_phone",
    "loyalty_card",
    "role",
    "left",
  ],
};

export const IGNORE = "ignore";

/** Kinds whose rows describe somebody or something: what is kept under its own name is an attribute. */
export const hasTraits = (kind: ImportKind) => kind === "customers" || kind === "companies";

/** Where a column goes when it is kept under its own name. */
export function ownTarget(kind: ImportKind, column: string): string {
  const name = column
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join("_");
  return `${hasTraits(kind) ? "trait" : "property"}:${name || "column"}`;
}

/** Fields that two columns claim: only one of them can have it. */
export function claimedTwice(columns: Record<string, string>): string[] {
  const seen = new Map<string, number>();
  for (const target of Object.values(columns)) {
    if (target !== IGNORE) seen.set(target, (seen.get(target) ?? 0) + 1);
  }
  return [...seen].filter(([, times]) => times > 1).map(([target]) => target);
}

type Suggested = { name: string; suggested: string | null };

/** A mapping to begin with: as suggested, what nobody recognised is left out. */
export function suggestedColumns(columns: Suggested[]): Record<string, string> {
  return Object.fromEntries(columns.map((column) => [column.name, column.suggested ?? IGNORE]));
}
