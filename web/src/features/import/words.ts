import { useLingui } from "@lingui/react/macro";
import type { ImportState } from "@/api/types";

export function useStateWords(): Record<ImportState, { label: string; color: string }> {
  const { t } = useLingui();
  return {
    uploading: { label: t`Uploading`, color: "blue" },
    running: { label: t`Running`, color: "indigo" },
    finished: { label: t`Finished`, color: "teal" },
    failed: { label: t`Failed`, color: "red" },
    cancelled: { label: t`Stopped`, color: "gray" },
  };
}

/** What a column can be, in words; API names for the rest. */
export function useFieldWords(): Record<string, string> {
  const { t } = useLingui();
  return {
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
  };
}
