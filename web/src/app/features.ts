/** Every feature's pages. A feature is known to the app by this line only. */
import { routes as access } from "@/features/access/routes";
import { routes as campaign } from "@/features/campaign/routes";
import { routes as catalog } from "@/features/catalog/routes";
import { routes as company } from "@/features/company/routes";
import { routes as computed } from "@/features/computed/routes";
import { routes as consent } from "@/features/consent/routes";
import { routes as deliver } from "@/features/deliver/routes";
import { routes as duplicates } from "@/features/duplicates/routes";
import { routes as home } from "@/features/home/routes";
import { routes as imports } from "@/features/import/routes";
import { routes as live } from "@/features/live/routes";
import { routes as measure } from "@/features/measure/routes";
import { routes as plan } from "@/features/plan/routes";
import { routes as profile } from "@/features/profile/routes";
import { routes as retention } from "@/features/retention/routes";
import { routes as sandbox } from "@/features/sandbox/routes";
import { routes as segment } from "@/features/segment/routes";
import { routes as source } from "@/features/source/routes";
import type { PageSpec } from "@/lib/pages";

export const features: PageSpec[][] = [
  home,
  imports,
  catalog,
  live,
  duplicates,
  company,
  profile,
  segment,
  computed,
  campaign,
  sandbox,
  source,
  plan,
  measure,
  consent,
  retention,
  deliver,
  access,
];
