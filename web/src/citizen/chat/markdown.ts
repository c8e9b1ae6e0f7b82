/**
 * Markdown of the bot as safe HTML: raw HTML is shown as text, links go only to http, https, tel and mailto,
 * pictures are dropped, and nothing carries a style attribute (the Content-Security-Policy forbids it).
 */

import MarkdownIt from "markdown-it";

const ALLOWED_LINK = /^(https?:|tel:|mailto:)/i;

const markdown = new MarkdownIt("default", { html: false, linkify: false, breaks: true, typographer: false });
markdown.disable("image");
markdown.validateLink = (url) => ALLOWED_LINK.test(url.trim());

for (const rule of ["th_open", "td_open"]) {
  markdown.renderer.rules[rule] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    if (token !== undefined) token.attrs = (token.attrs ?? []).filter(([name]) => name !== "style");
    return self.renderToken(tokens, index, options);
  };
}
markdown.renderer.rules["link_open"] = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  const target = String(token?.attrGet("href") ?? "");
  if (token !== undefined && /^https?:/i.test(target)) {
    token.attrSet("target", "_blank");
    token.attrSet("rel", "noopener noreferrer nofollow");
  }
  return self.renderToken(tokens, index, options);
};
// A wide table scrolls by itself instead of the page.
markdown.renderer.rules["table_open"] = () => '<div class="table" tabindex="0"><table>';
markdown.renderer.rules["table_close"] = () => "</table></div>";

export function renderMarkdown(text: string): string {
  return markdown.render(text);
}
