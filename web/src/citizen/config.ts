/** What an installation may change about the page without building it anew: `/config.json`. */

export interface PageConfig {
  city: string;
  /** IANA name; all times are shown in it. */
  timezone: string;
  /** Longest message, in characters. */
  message_max_chars: number;
  /** Whether the hotline can be called from the page. */
  calls: boolean;
  /** Whether one-time codes can be sent to phones (the order page). */
  sms: boolean;
}

export const DEFAULT_CONFIG: PageConfig = { city: "明州市", timezone: "Asia/Shanghai", message_max_chars: 5000, calls: true, sms: false };

/** Reads `/config.json`; what is missing or unusable there keeps its default. Never throws. */
export async function loadConfig(): Promise<PageConfig> {
  try {
    const response = await fetch("/config.json", { cache: "no-cache" });
    if (!response.ok) return DEFAULT_CONFIG;
    return readConfig(await response.json());
  } catch {
    return DEFAULT_CONFIG;
  }
}

export function readConfig(raw: unknown): PageConfig {
  const given = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  const { city, timezone, message_max_chars: limit, calls, sms } = given;
  return {
    city: typeof city === "string" && city.trim() !== "" ? city.trim() : DEFAULT_CONFIG.city,
    timezone: typeof timezone === "string" && knownTimezone(timezone) ? timezone : DEFAULT_CONFIG.timezone,
    message_max_chars:
      typeof limit === "number" && Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_CONFIG.message_max_chars,
    calls: typeof calls === "boolean" ? calls : DEFAULT_CONFIG.calls,
    sms: typeof sms === "boolean" ? sms : DEFAULT_CONFIG.sms,
  };
}

function knownTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("zh-CN", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
