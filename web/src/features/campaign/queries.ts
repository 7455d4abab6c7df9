import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { pagedQuery, queryClient } from "@/api/query";
import type {
  Campaign,
  CampaignReport,
  CampaignReview,
  CampaignSummary,
  EmailMessage,
  Items,
  MessagePreview,
  Recipient,
  SegmentCount,
  Sender,
  Starter,
  Template,
} from "@/api/types";

const REPORT_RUNNING_MS = 3_000;
const REPORT_RESTING_MS = 15_000;

export const campaignPath = (id: string) => `/api/v1/campaigns/${encodeURIComponent(id)}`;

export const campaignListQuery = (state: string) =>
  pagedQuery<CampaignSummary>(["campaigns", "list"], "/api/v1/campaigns", { state });

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id],
    queryFn: ({ signal }) => api.get<Campaign>(campaignPath(id), { signal }),
    enabled: id !== "",
  });

/** The answer belongs to one saved version, so that an edit asks again. */
export const reviewQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["campaigns", id, "review", version],
    queryFn: ({ signal }) => api.get<CampaignReview>(`${campaignPath(id)}/review`, { signal }),
    placeholderData: (before) => before,
    retry: false,
  });

export const reportQuery = (id: string, running: boolean) =>
  queryOptions({
    queryKey: ["campaigns", id, "report"],
    queryFn: ({ signal }) => api.get<CampaignReport>(`${campaignPath(id)}/report`, { signal }),
    refetchInterval: running ? REPORT_RUNNING_MS : REPORT_RESTING_MS,
  });

export const recipientsQuery = (id: string, state: string, q: string) =>
  pagedQuery<Recipient>(["campaigns", id, "recipients"], `${campaignPath(id)}/recipients`, { state, q });

export const startersQuery = queryOptions({
  queryKey: ["messages", "starters"],
  queryFn: ({ signal }) => api.get<Items<Starter>>("/api/v1/messages/starters", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

const TEMPLATES = "/api/v1/templates";

export const templatesQuery = { ...pagedQuery<Template>(["templates"], TEMPLATES), path: TEMPLATES };

export const templatePath = (id: string) => `${TEMPLATES}/${encodeURIComponent(id)}`;

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ["templates", id],
    queryFn: ({ signal }) => api.get<Template>(templatePath(id), { signal }),
    enabled: id !== "",
  });

export function templatesChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ["templates"] });
}

/** Takes it off every screen at once, before the server is told. */
export function hideTemplate(id: string): void {
  queryClient.setQueryData(
    templatesQuery.queryKey,
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })),
      },
  );
}

/** What one person would get; without a person the server's example is used. */
export const previewQuery = (message: EmailMessage, profileId: string | null) =>
  queryOptions({
    queryKey: ["messages", "preview", message, profileId],
    queryFn: ({ signal }) =>
      api.post<MessagePreview>("/api/v1/messages/preview", { message, profile_id: profileId }, { signal }),
    placeholderData: (before) => before,
    retry: false,
    staleTime: 60_000,
    gcTime: 60_000,
  });

/** Who is in the segment now, and how many of them may be e-mailed. */
export const audienceQuery = (segmentId: string) =>
  queryOptions({
    queryKey: ["segments", "audience", segmentId],
    queryFn: ({ signal }) =>
      api.post<SegmentCount>(
        "/api/v1/segments/count",
        { condition: { segment: { id: segmentId, op: "in" } } },
        { signal, query: { sample: 0 } },
      ),
    enabled: segmentId !== "",
  });

export const senderQuery = queryOptions({
  queryKey: ["senders"],
  queryFn: ({ signal }) => api.get<Sender>("/api/v1/senders", { signal }),
});

export function campaignChanged(campaign: Campaign): void {
  queryClient.setQueryData(campaignQuery(campaign.id).queryKey, campaign);
  void queryClient.invalidateQueries({ queryKey: ["campaigns", "list"] });
  void queryClient.invalidateQueries({ queryKey: ["home"] });
}
