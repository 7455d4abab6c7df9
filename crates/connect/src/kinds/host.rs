//! Which hosts may be asked. The server connects out on behalf of whoever may edit sources: it must not become their way
//! to what only the server can reach. Metadata services of clouds are never asked, private networks only where the
//! administrator allows them.

use crate::error::Fault;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const NAME_CHARS_MAX: usize = 253;

pub(crate) fn is_name(host: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._:".contains(letter);
    !host.is_empty() && host.len() <= NAME_CHARS_MAX && host.chars().all(plain)
}

/// The addresses of a host, all of which are allowed.
pub(crate) async fn resolve(host: &str, port: u16, private_networks: bool) -> Result<Vec<SocketAddr>, Fault> {
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<SocketAddr> =
        found.map_err(|_| Fault::new("host_not_reachable", format!("no server is called {host}")))?.collect();
    if addresses.is_empty() {
        return Err(Fault::new("host_not_reachable", format!("no server is called {host}")));
    }
    match addresses.iter().find(|address| !is_allowed(address.ip(), private_networks)) {
        None => Ok(addresses),
        Some(_) => {
            let detail = format!("{host} is at an address that this server does not ask");
            Err(Fault::new("host_not_allowed", detail))
        }
    }
}

fn is_allowed(ip: IpAddr, private_networks: bool) -> bool {
    /// AWS and Alibaba keep metadata outside of the link-local ranges, too.
    const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    const METADATA_V4: [u8; 4] = [100, 100, 100, 200];
    match ip {
        IpAddr::V4(v4) => {
            let never = v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.is_unspecified();
            let shared = v4.octets()[0] == 100 && (64..128).contains(&v4.octets()[1]);
            let near = v4.is_private() || v4.is_loopback() || shared;
            !never && v4.octets() != METADATA_V4 && (private_networks || !near)
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped().or_else(|| translated(v6)) {
                return is_allowed(IpAddr::V4(v4), private_networks);
            }
            // Where the IPv4 address stands in a local translation prefix (RFC 8215) only its network knows.
            if v6.segments()[..3] == [0x64, 0xff9b, 1] {
                return false;
            }
            let never = v6.is_unicast_link_local() || v6.is_multicast() || v6.is_unspecified();
            let near = v6.is_unique_local() || v6.is_loopback();
            !never && v6 != METADATA_V6 && (private_networks || !near)
        }
    }
}

/// The IPv4 address that a gateway makes of an address: NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn translated(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let (high, low) = match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
}

/// The same for an HTTP client: what a name means is looked at when it is asked, so that a name which changes its mind
/// between a check and a request gains nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    pub private_networks: bool,
}

impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let private_networks = self.private_networks;
        Box::pin(async move {
            // The client puts the port in itself.
            let addresses = resolve(name.as_str(), 0, private_networks).await?;
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_never_asked_and_private_networks_only_where_allowed() {
        let allowed = |text: &str, private| is_allowed(text.parse().expect("an address"), private);
        let never =
            ["169.254.169.254", "100.100.100.200", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::ffff:169.254.169.254"];
        assert!(never.iter().all(|address| !allowed(address, true)));
        let never = ["64:ff9b::169.254.169.254", "64:ff9b:1::5db8:d70e", "2002:a9fe:a9fe::1", "2002:6464:64c8::"];
        assert!(never.iter().all(|address| !allowed(address, true)));
        let near = ["64:ff9b::10.0.0.1", "2002:7f00:1::1", "2002:c0a8:101::"];
        assert!(near.iter().all(|address| allowed(address, true) && !allowed(address, false)));
        assert!(allowed("64:ff9b::93.184.215.14", false) && allowed("2002:5db8:d70e::1", false));
        let near = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "100.64.0.1", "::1", "fd12::1", "::ffff:10.0.0.1"];
        assert!(near.iter().all(|address| allowed(address, true) && !allowed(address, false)));
        assert!(allowed("93.184.215.14", false) && allowed("2606:2800:21f::1", false));
    }
}
