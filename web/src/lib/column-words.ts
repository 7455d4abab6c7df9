/** The words for what a column can mean. */
import { useLingui } from "@lingui/react/macro";
import type { ImportKind } from "@/api/types";

/** What a field is called; API names for those of a newer server. */
export function useFieldWords(kind?: ImportKind): Record<string, string> {
  const { t } = useLingui();
  const words: Record<string, string> = {
    customer_id: t`Customer number`,
    email: t`E-mail`,
    phone: t`Phone`,
    first_name: t`First name`,
    last_name: t`Last name`,
    name: t`Full name`,
    gender: t`Gender`,
    birthday: t`Birthday`,
    street: t`Street`,
    postal_code: t`Postal code`,
    city: t`Place`,
    country: t`Country`,
    language: t`Language`,
    loyalty_card: t`Loyalty card`,
    created_at: t`Customer since`,
    updated_at: t`Changed at`,
    email_consent: t`May be e-mailed`,
    sms_consent: t`May be texted`,
    order_id: t`Order number`,
    ordered_at: t`Ordered at`,
    product_id: t`Product number`,
    product_name: t`Product`,
    category: t`Category`,
    brand: t`Brand`,
    size: t`Size`,
    color: t`Colour`,
    quantity: t`Quantity`,
    unit_price: t`Price each`,
    total: t`Total of the order`,
    discount: t`Discount`,
    shipping: t`Shipping`,
    tax: t`Tax`,
    currency: t`Currency`,
    channel: t`Channel`,
    coupon: t`Coupon`,
    status: t`Status`,
    event: t`What happened`,
    happened_at: t`When it happened`,
    message_id: t`Number of the row`,
    company_id: t`Company number`,
    domain: t`Domain`,
    website: t`Website`,
    industry: t`Industry`,
    plan: t`Plan`,
    employees: t`Employees`,
    member_email: t`Member: e-mail`,
    member_phone: t`Member: phone`,
    role: t`Member: role`,
    left: t`Member: has left (yes or no)`,
  };
  if (kind !== "companies") return words;
  return {
    ...words,
    name: t`Name of the company`,
    customer_id: t`Member: customer number`,
    loyalty_card: t`Member: loyalty card`,
  };
}

/** What a column becomes, in words. */
export function useTargetWords(kind: ImportKind): (target: string) => string {
  const { t } = useLingui();
  const words = useFieldWords(kind);
  return (target) => {
    if (target === "ignore") return t`Leave out`;
    if (target.startsWith("trait:")) return t`Attribute “${target.slice(6)}”`;
    if (target.startsWith("property:")) return t`Detail “${target.slice(9)}”`;
    return words[target] ?? target;
  };
}

/** What the rows of a table are about. */
export function useRowKinds(): { value: ImportKind; label: string; about: string }[] {
  const { t } = useLingui();
  return [
    { value: "customers", label: t`Customers`, about: t`One row per person` },
    { value: "orders", label: t`Orders`, about: t`One row per order, or per product of an order` },
    { value: "events", label: t`Events`, about: t`What people did: calls, visits, appointments` },
    { value: "companies", label: t`Companies`, about: t`One row per company, or per person who works there` },
  ];
}
