// The segment of the main job, as the API takes it; one story saves it so, the other builds it by hand and compares.

/** Bought sneakers in the last 60 days, lives in NL, may be e-mailed. */
export const SNEAKER_BUYERS_IN_NL = {
  version: 1,
  all: [
    { event: { name: 'Order Completed', op: 'performed', count: { op: 'at_least', value: 1 }, window: { last: { amount: 60, unit: 'day' } },
      where: [{ property: 'products.category', op: 'equals', value: 'sneakers' }] } },
    { trait: { name: 'country', op: 'equals', value: 'NL' } },
    { reachable: { channel: 'email' } },
  ],
};
