/**
 * Equal for two endpoints that lead to the same place. SNS keeps a URL as somebody wrote it, while the
 * spelling of scheme and host, a default port and an empty path send its requests nowhere else; case or a
 * slash at the end of a path may. What is no URL is compared as it stands.
 */
export const endpointKey = (endpoint: string): string =>
  /^https?:/i.test(endpoint) ? (URL.parse(endpoint)?.href ?? endpoint) : endpoint;
