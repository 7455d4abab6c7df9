//! What the door asks of the room of devices, and the erasure of what that room keeps of people.

use async_trait::async_trait;
use base::WorkspaceId;
use collect::{AddressPlace, Addresses, KeepAddress};
use db::{DbError, Tx};
use device::{DeviceView, Devices, IpRule};
use profile::{Eraser, Person};
use std::net::IpAddr;
use std::sync::Arc;

/// `collect::Addresses` by what workspaces chose, and the operator's database.
pub struct DoorAddresses(pub Devices);

impl Addresses for DoorAddresses {
    fn keep(&self, workspace: WorkspaceId) -> KeepAddress {
        match self.0.ip_rule(workspace) {
            IpRule::Truncated => KeepAddress::Network,
            IpRule::Dropped => KeepAddress::Nothing,
            IpRule::Full => KeepAddress::Whole,
        }
    }
    fn knows_places(&self) -> bool {
        self.0.geo().is_some()
    }
    fn place(&self, address: IpAddr) -> Option<AddressPlace> {
        let place = self.0.geo()?.place(address)?;
        Some(AddressPlace { country: place.country, city: place.city })
    }
}

/// Forgets the devices of people.
pub struct DeviceEraser(pub Arc<DeviceView>);

#[async_trait]
impl Eraser for DeviceEraser {
    fn name(&self) -> &'static str {
        DeviceView::ERASER_NAME
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        self.0.erase(tx, workspace, &person.profiles).await
    }
}
