//! Products: lists and search, one product, look-ups by the shop's ids. Feeds are in `catalog/feeds.rs`.

mod feeds;

use super::measure::MoneyView;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{Problem, ProductId, Timestamp};
use catalog::{Availability, CategoryCount, Change, Filter, Gone, Product, ProductDetail};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, delete_source))
        .routes(routes!(lookup))
        .routes(routes!(categories))
        .routes(routes!(get, delete))
        .merge(feeds::routes())
}

/// A line of a list of products.
#[derive(Serialize, ToSchema)]
struct ProductLine {
    #[schema(value_type = String)]
    id: ProductId,
    /// The connection that brings it (`src_…`), or the name an upload gave.
    source: String,
    /// The shop's own id, which order lines carry.
    product_id: String,
    /// Of its variants, too.
    group_id: Option<String>,
    title: String,
    brand: Option<String>,
    /// The shop's category, or Google's.
    category: Option<String>,
    link: Option<String>,
    image_link: Option<String>,
    price: Option<MoneyView>,
    sale_price: Option<MoneyView>,
    #[schema(value_type = Option<String>)]
    sale_starts_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    sale_ends_at: Option<Timestamp>,
    /// There is a sale price, and now lies in its period.
    on_sale: bool,
    /// in_stock, out_of_stock, preorder or backorder.
    availability: Option<&'static str>,
    #[schema(value_type = String)]
    first_seen: Timestamp,
    /// The last feed that had it.
    #[schema(value_type = String)]
    last_seen: Timestamp,
    /// The last feed that said something else of it.
    #[schema(value_type = String)]
    changed_at: Timestamp,
    /// When the last whole feed did not have it any more.
    #[schema(value_type = Option<String>)]
    gone_at: Option<Timestamp>,
}

impl ProductLine {
    fn of(product: &Product, now: Timestamp) -> Self {
        let item = &product.item;
        Self {
            id: product.id,
            source: product.source.clone(),
            product_id: item.id.clone(),
            group_id: item.group_id.clone(),
            title: item.title.clone(),
            brand: item.brand.clone(),
            category: item.category().map(str::to_owned),
            link: item.link.clone(),
            image_link: item.image_link.clone(),
            price: item.price.map(MoneyView::from),
            sale_price: item.sale_price.map(MoneyView::from),
            sale_starts_at: item.sale_starts_at,
            sale_ends_at: item.sale_ends_at,
            on_sale: item.is_on_sale(now),
            availability: item.availability.map(Availability::name),
            first_seen: product.first_seen,
            last_seen: product.last_seen,
            changed_at: product.changed_at,
            gone_at: product.gone_at,
        }
    }
}

/// Numbers others know the product by.
#[derive(Serialize, ToSchema)]
struct ProductNumbers {
    gtin: Option<String>,
    mpn: Option<String>,
}

/// From `at` on it cost this and was to be had so.
#[derive(Serialize, ToSchema)]
struct ProductChange {
    #[schema(value_type = String)]
    at: Timestamp,
    price: Option<MoneyView>,
    sale_price: Option<MoneyView>,
    availability: Option<&'static str>,
}

impl From<Change> for ProductChange {
    fn from(change: Change) -> Self {
        Self {
            at: change.at(),
            price: change.price.map(MoneyView::from),
            sale_price: change.sale_price.map(MoneyView::from),
            availability: change.availability.map(Availability::name),
        }
    }
}

/// Everything known of one product.
#[derive(Serialize, ToSchema)]
struct ProductView {
    #[serde(flatten)]
    line: ProductLine,
    description: Option<String>,
    additional_image_links: Vec<String>,
    sku: ProductNumbers,
    google_product_category: Option<String>,
    product_type: Option<String>,
    /// new, refurbished or used.
    condition: Option<&'static str>,
    color: Option<String>,
    size: Option<String>,
    /// male, female or unisex.
    gender: Option<&'static str>,
    /// newborn, infant, toddler, kids or adult.
    age_group: Option<&'static str>,
    material: Option<String>,
    /// custom_label_0 to custom_label_4.
    custom_labels: Vec<Option<String>>,
    /// What else the feed says of it.
    attributes: BTreeMap<String, String>,
    /// Others of its group, of the same source; 100 at most.
    variants: Vec<ProductLine>,
    /// Changes of price and availability, newest first; 100 at most.
    history: Vec<ProductChange>,
}

impl ProductView {
    fn of(detail: ProductDetail, now: Timestamp) -> Self {
        let line = ProductLine::of(&detail.product, now);
        let item = detail.product.item;
        Self {
            line,
            description: item.description,
            additional_image_links: item.additional_image_links,
            sku: ProductNumbers { gtin: item.gtin, mpn: item.mpn },
            google_product_category: item.google_product_category,
            product_type: item.product_type,
            condition: item.condition.map(|one| one.name()),
            color: item.color,
            size: item.size,
            gender: item.gender.map(|one| one.name()),
            age_group: item.age_group.map(|one| one.name()),
            material: item.material,
            custom_labels: item.custom_labels.to_vec(),
            attributes: item.attributes,
            variants: detail.variants.iter().map(|one| ProductLine::of(one, now)).collect(),
            history: detail.history.into_iter().map(ProductChange::from).collect(),
        }
    }
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ProductQuery {
    /// The beginning of an id, gtin, mpn or brand, or of any word of the title.
    q: Option<String>,
    source: Option<String>,
    /// in_stock, out_of_stock, preorder or backorder.
    availability: Option<String>,
    /// The whole brand; the case of letters does not matter.
    brand: Option<String>,
    /// Those below it count too: `Home > Kitchen` finds `Home > Kitchen > Pans`.
    category: Option<String>,
    /// no (the default), only or any.
    gone: Option<String>,
}

fn bad_filter(pointer: &'static str, detail: &str) -> Problem {
    Problem::invalid("bad_filter", detail).at(pointer, "bad_filter", detail)
}

impl ProductQuery {
    fn filter(self) -> Result<Filter, Problem> {
        // A database takes no NUL.
        let given =
            |text: Option<String>| text.map(|text| text.replace('\0', "")).filter(|text| !text.trim().is_empty());
        let availability = match given(self.availability).as_deref() {
            None => None,
            Some(text) => Some(Availability::parse(text).ok_or_else(|| {
                bad_filter("/availability", "the availability is in_stock, out_of_stock, preorder or backorder")
            })?),
        };
        let gone = match given(self.gone).as_deref() {
            None | Some("no") => Gone::No,
            Some("only") => Gone::Only,
            Some("any") => Gone::Any,
            Some(_) => return Err(bad_filter("/gone", "gone is no, only or any")),
        };
        let (q, source) = (given(self.q), given(self.source));
        Ok(Filter { q, source, availability, brand: given(self.brand), category: given(self.category), gone })
    }
}

/// Products, found or all, A to Z.
#[utoipa::path(get, path = "/api/v1/products", tag = "products", security(("api_key" = ["product.read"])), params(ProductQuery, PageQuery),
    responses((status = 200, body = Listed<ProductLine>), (status = 400), (status = 401), (status = 403), (status = 422)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<ProductQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<ProductLine>>> {
    let (filter, now) = (query.filter()?, app.clock.now());
    let found = app.catalog.products(auth.workspace(), &filter, &page).await?;
    Ok(Json(found.map(|one| ProductLine::of(&one, now)).into()))
}

/// One product with its variants and its history.
#[utoipa::path(get, path = "/api/v1/products/{id}", tag = "products", security(("api_key" = ["product.read"])), params(("id" = String, Path)),
    responses((status = 200, body = ProductView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ProductId>) -> ApiResult<Json<ProductView>> {
    let detail = app.catalog.product(auth.workspace(), id).await?;
    Ok(Json(ProductView::of(detail, app.clock.now())))
}

/// Deletes a product with its history. The next feed that has it brings it back.
#[utoipa::path(delete, path = "/api/v1/products/{id}", tag = "products", security(("api_key" = ["product.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ProductId>) -> ApiResult<StatusCode> {
    let product = app.catalog.delete(auth.workspace(), id).await?;
    auth.note(&app, "product.delete", id, format!("deleted the product \"{}\"", product.item.title)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ProductSourceQuery {
    /// The source whose products are deleted.
    source: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ProductsDeleted {
    deleted: u64,
}

/// Deletes all products of a source, and the reports of its feeds. The next feed brings them back.
#[utoipa::path(delete, path = "/api/v1/products", tag = "products", security(("api_key" = ["product.write"])), params(ProductSourceQuery),
    responses((status = 200, body = ProductsDeleted), (status = 400), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn delete_source(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<ProductSourceQuery>,
) -> ApiResult<Json<ProductsDeleted>> {
    let source = query.source.unwrap_or_default();
    let deleted = app.catalog.delete_source(auth.workspace(), &source).await?;
    auth.note(&app, "product.delete_source", &source, format!("deleted {deleted} products of a source")).await?;
    Ok(Json(ProductsDeleted { deleted }))
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LookupQuery {
    /// The shop's ids with commas between, 100 at most.
    ids: Option<String>,
}

/// What is shown of a product beside something else, such as a line of an order.
#[derive(Serialize, ToSchema)]
struct ProductCard {
    #[schema(value_type = String)]
    id: ProductId,
    product_id: String,
    title: String,
    link: Option<String>,
    image_link: Option<String>,
    /// What it costs now.
    price: Option<MoneyView>,
    availability: Option<&'static str>,
    #[schema(value_type = Option<String>)]
    gone_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
struct ProductLookup {
    /// By the shop's ids; those that are unknown are left out.
    products: BTreeMap<String, ProductCard>,
}

/// Products by the ids that order lines and events carry.
#[utoipa::path(get, path = "/api/v1/products/lookup", tag = "products", security(("api_key" = ["product.read"])), params(LookupQuery),
    responses((status = 200, body = ProductLookup), (status = 400), (status = 401), (status = 403), (status = 422)))]
async fn lookup(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<LookupQuery>,
) -> ApiResult<Json<ProductLookup>> {
    let given = query.ids.unwrap_or_default();
    let mut ids: Vec<String> =
        given.split(',').map(str::trim).filter(|id| !id.is_empty() && !id.contains('\0')).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    let now = app.clock.now();
    let card = |product: Product| {
        let card = ProductCard {
            id: product.id,
            product_id: product.item.id.clone(),
            price: product.item.price_at(now).map(MoneyView::from),
            title: product.item.title,
            link: product.item.link,
            image_link: product.item.image_link,
            availability: product.item.availability.map(Availability::name),
            gone_at: product.gone_at,
        };
        (card.product_id.clone(), card)
    };
    let found = app.catalog.lookup(auth.workspace(), &ids).await?;
    Ok(Json(ProductLookup { products: found.into_iter().map(card).collect() }))
}

/// A category, and how many products have it, without those of the categories below.
#[derive(Serialize, ToSchema)]
struct ProductCategory {
    category: String,
    products: u64,
}

/// Categories of the products that are not gone, A to Z.
#[utoipa::path(get, path = "/api/v1/products/categories", tag = "products", security(("api_key" = ["product.read"])), params(PageQuery),
    responses((status = 200, body = Listed<ProductCategory>), (status = 400), (status = 401), (status = 403)))]
async fn categories(
    State(app): State<Arc<App>>,
    auth: Auth,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<ProductCategory>>> {
    let found = app.catalog.categories(auth.workspace(), &page).await?;
    let view = |CategoryCount { category, products }| ProductCategory { category, products };
    Ok(Json(found.map(view).into()))
}
