//! Permissions in one list; roles and key scopes are sets of them.

use std::fmt;

macro_rules! permissions {
    ($($variant:ident $name:literal),+ $(,)?) => {
        /// One right. The name is what scopes, documents and the audit trail use.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Permission { $($variant),+ }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$variant),+];
            pub const fn name(self) -> &'static str {
                match self { $(Permission::$variant => $name),+ }
            }
        }
    };
}

permissions! {
    HomeRead "home.read",
    EventRead "event.read",
    ProfileRead "profile.read",
    ProfileWrite "profile.write",
    ProfileErase "profile.erase",
    ProfileExport "profile.export",
    ConsentWrite "consent.write",
    SuppressionRead "suppression.read",
    SuppressionWrite "suppression.write",
    SegmentRead "segment.read",
    SegmentWrite "segment.write",
    ContentRead "content.read",
    ContentWrite "content.write",
    CampaignRead "campaign.read",
    CampaignWrite "campaign.write",
    CampaignLaunch "campaign.launch",
    ReportRead "report.read",
    SandboxRead "sandbox.read",
    SourceRead "source.read",
    SourceWrite "source.write",
    ImportRead "import.read",
    ImportWrite "import.write",
    ProductRead "product.read",
    ProductWrite "product.write",
    SenderRead "sender.read",
    SenderWrite "sender.write",
    WorkspaceRead "workspace.read",
    WorkspaceWrite "workspace.write",
    UserRead "user.read",
    UserWrite "user.write",
    KeyRead "key.read",
    KeyWrite "key.write",
    AuditRead "audit.read",
    HealthRead "health.read",
}

impl Permission {
    pub fn parse(name: &str) -> Option<Permission> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name)
    }
}

/// A set of permissions; one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PermissionSet(u64);

impl PermissionSet {
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::name).collect()
    }
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
    /// True when everything in `other` is in this set.
    pub const fn covers(self, other: PermissionSet) -> bool {
        other.0 & !self.0 == 0
    }
    /// What both allow.
    pub const fn intersection(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & other.0)
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | (1 << permission as u8)))
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// What somebody is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// People, segments, messages, campaigns and their results; no keys, users or sender settings.
    Marketer,
    /// Reads everything about customers and results, builds segments; sends nothing.
    Analyst,
    /// Reads campaigns and results; sees no personal data.
    Viewer,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Owner, Role::Marketer, Role::Analyst, Role::Viewer];

    pub const fn name(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Marketer => "marketer",
            Role::Analyst => "analyst",
            Role::Viewer => "viewer",
        }
    }
    pub fn parse(name: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
    pub fn permissions(self) -> PermissionSet {
        use Permission::*;
        let refused: &[Permission] = match self {
            Role::Owner => &[],
            Role::Marketer => &[SenderWrite, WorkspaceWrite, UserWrite, KeyRead, KeyWrite, AuditRead, ProfileErase],
            Role::Analyst => &[
                ProfileWrite,
                ProfileErase,
                ConsentWrite,
                SuppressionWrite,
                ContentWrite,
                CampaignWrite,
                CampaignLaunch,
                SourceWrite,
                ImportWrite,
                ProductWrite,
                SenderWrite,
                WorkspaceWrite,
                UserWrite,
                KeyRead,
                KeyWrite,
                AuditRead,
            ],
            Role::Viewer => {
                return [HomeRead, SegmentRead, ContentRead, CampaignRead, ReportRead, ProductRead, WorkspaceRead]
                    .into_iter()
                    .collect();
            }
        };
        Permission::ALL.iter().copied().filter(|permission| !refused.contains(permission)).collect()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
