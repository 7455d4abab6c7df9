//! The same world as files, the way a shop exports them: for imports and benchmarks.

use crate::SimError;
use crate::customer::Consent;
use crate::history::World;
use std::io::Write;

impl World {
    /// One line per customer who signed up. Answers how many.
    pub fn write_customers_csv(&self, out: impl Write) -> Result<u64, SimError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record([
            "customer_id",
            "email",
            "phone",
            "first_name",
            "last_name",
            "birthday",
            "street",
            "postal_code",
            "city",
            "country",
            "language",
            "loyalty_card",
            "email_consent",
        ])?;
        let mut rows = 0;
        for customer in (0..self.config().customers).map(|number| self.customer(number)).filter(|one| one.signed_up) {
            let (year, month, day) = customer.birthday;
            let consent = match customer.consent {
                Consent::Subscribed => "yes",
                Consent::Unsubscribed => "no",
                Consent::Unasked => "",
            };
            csv.write_record([
                customer.user_id().as_str(),
                &customer.email,
                customer.phone.as_deref().unwrap_or(""),
                customer.first_name,
                customer.last_name,
                &format!("{year}-{month:02}-{day:02}"),
                &customer.street,
                &customer.postal_code,
                customer.city,
                customer.region.country(),
                &customer.region.locale()[..2],
                customer.loyalty_card.as_deref().unwrap_or(""),
                consent,
            ])?;
            rows += 1;
        }
        csv.flush().map_err(csv::Error::from)?;
        Ok(rows)
    }

    /// One line per product of every order of a customer who signed up; what was sent back as a line with a negative
    /// quantity. Answers how many lines.
    pub fn write_orders_csv(&self, out: impl Write) -> Result<u64, SimError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record([
            "order_id",
            "customer_id",
            "ordered_at",
            "channel",
            "store",
            "product_id",
            "product_name",
            "brand",
            "category",
            "quantity",
            "unit_price",
            "currency",
            "coupon",
        ])?;
        let mut rows = 0;
        for customer in (0..self.config().customers).map(|number| self.customer(number)).filter(|one| one.signed_up) {
            for order in self.life(&customer).1 {
                let mut line = |at: base::Timestamp, (product, price, quantity): (&crate::Product, i64, i64)| {
                    rows += 1;
                    csv.write_record([
                        order.id.as_str(),
                        &customer.user_id(),
                        &at.to_string(),
                        order.source.channel(),
                        order.shop.unwrap_or(""),
                        product.id,
                        product.name,
                        product.brand_name(),
                        product.category.name(),
                        &quantity.to_string(),
                        &format!("{}.{:02}", price / 100, price % 100),
                        "EUR",
                        order.coupon.unwrap_or(""),
                    ])
                };
                for (product, price, quantity) in &order.lines {
                    line(order.at, (product, *price, *quantity as i64))?;
                }
                let returned = order.refund.as_ref();
                let product =
                    returned.and_then(|refund| order.lines.iter().find(|(_, price, _)| *price == refund.minor));
                if let (Some(refund), Some((product, price, _))) = (returned, product) {
                    line(refund.at, (product, *price, -1))?;
                }
            }
        }
        csv.flush().map_err(csv::Error::from)?;
        Ok(rows)
    }
}
