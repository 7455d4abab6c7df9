import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { type Language, type Topic, topicsQuery } from "@/api/consent";
import { queryClient } from "@/api/query";
import type { Items } from "@/api/types";
import type { ConsentSettings, Preview, PreviewPage, Summary, TopicBody } from "./types";

const REFRESH_MS = 30_000;
const base = "/api/v1/consent";
const topicPath = (key: string) => `${base}/topics/${encodeURIComponent(key)}`;

export const settingsQuery = queryOptions({
  queryKey: ["consent", "settings"],
  queryFn: ({ signal }) => api.get<ConsentSettings>(`${base}/settings`, { signal }),
  refetchOnWindowFocus: false,
});

export const summaryQuery = queryOptions({
  queryKey: ["consent", "summary"],
  queryFn: ({ signal }) => api.get<Summary>(`${base}/summary`, { signal }),
  refetchInterval: REFRESH_MS,
});

/** The page or mail as the settings on screen would make it; nothing is saved. */
export const previewQuery = (page: PreviewPage, language: Language, settings: ConsentSettings) =>
  queryOptions({
    queryKey: ["consent", "preview", page, language, settings],
    queryFn: ({ signal }) => api.post<Preview>(`${base}/preview`, { page, language, settings }, { signal }),
    placeholderData: (before) => before,
    retry: false,
    gcTime: 60_000,
  });

export const saveSettings = (settings: ConsentSettings) => api.put<ConsentSettings>(`${base}/settings`, settings);
export const createTopic = (key: string, body: TopicBody) => api.post<Topic>(`${base}/topics`, { key, ...body });
export const updateTopic = (topic: Topic, body: TopicBody, archived = topic.archived) =>
  api.put<Topic>(topicPath(topic.key), { ...body, archived, version: topic.version });
export const deleteTopic = (key: string) => api.delete(topicPath(key));
export const orderTopics = (keys: string[]) => api.put<Items<Topic>>(`${base}/topics-order`, { keys });

export const setTopics = (items: Topic[]) => queryClient.setQueryData(topicsQuery.queryKey, { items });
export const refresh = () => queryClient.invalidateQueries({ queryKey: ["consent"] });
