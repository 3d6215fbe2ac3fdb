// The project's documents as parts of pages.

import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import MarkdownIt from "markdown-it";

const REPOSITORY = "https://github.com/logratio/logratio/blob/main/";

/** As GitHub makes it of a heading, so that links between documents hold here too. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

/** Where a link of a document leads on a page. */
function resolve(link: string, from: string): string {
  if (/^(https?:|#)/.test(link)) return link;
  const [path, anchor] = link.split("#");
  const target = posix.join(posix.dirname(from), path);
  const function_ = /^docs\/api\/(.+)\.md$/.exec(target)?.[1];
  if (function_) return function_ === "README" ? "./api.html" : `./api.html#${function_.replaceAll("/", "-")}`;
  if (target === "docs/guide.md") return `./guide.html${anchor ? `#${anchor}` : ""}`;
  return REPOSITORY + target + (anchor ? `#${anchor}` : "");
}

function render(text: string, from: string): string {
  const markdown = new MarkdownIt({ html: true });
  const { rules } = markdown.renderer;
  rules.heading_open = (tokens, i, options, _env, self) => {
    tokens[i].attrSet("id", anchorOf(tokens[i + 1].content));
    return self.renderToken(tokens, i, options);
  };
  rules.link_open = (tokens, i, options, _env, self) => {
    tokens[i].attrSet("href", resolve(String(tokens[i].attrGet("href")), from));
    return self.renderToken(tokens, i, options);
  };
  rules.table_open = () => '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>';
  rules.table_close = () => "</table></div>";
  rules.fence = (tokens, i) =>
    `<pre tabindex="0"><code class="${tokens[i].info === "text" ? "output" : "code"}">${markdown.utils.escapeHtml(tokens[i].content)}</code></pre>\n`;
  return markdown.render(text);
}

/** A picture of a document, drawn into the page, where it follows the theme and needs no request. */
const withPictures = (html: string, from: string): string =>
  html.replace(/<img src="([^"]+\.svg)" alt="([^"]*)">/g, (_, source, alt) => {
    const svg = readFileSync(posix.join(posix.dirname(from), source), "utf8");
    return `<div class="picture" role="img" aria-label="${alt}">${svg.slice(svg.indexOf("<svg"))}</div>`;
  });

/** A document, with a place for each figure that moves: <!-- figure: NAME --> in it. */
export function markdownPage(text: string, name: string): string {
  const html = withPictures(render(text, name), name);
  return html.replace(/<!-- figure: (\w+) -->/g, (_, figure) => `<div class="figure" data-figure="${figure}"></div>`);
}

/** All of docs/api on one page, which a reader can search. */
export function apiPage(project: string): string {
  const folder = `${project}docs/api`;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .sort((a, b) => a.split("/").length - b.split("/").length || a.localeCompare(b));
  const index = render(readFileSync(`${folder}/README.md`, "utf8"), "docs/api/README.md");
  const articles = files.map((file) => {
    const id = file.replace(/\.md$/, "").replaceAll("/", "-");
    const html = render(readFileSync(`${folder}/${file}`, "utf8"), `docs/api/${file}`);
    // headings of all functions are alike: an anchor belongs to the function
    const nested = html.replace(/<h(\d) id="[^"]*"/g, (_, level) => `<h${Math.min(6, Number(level) + 1)}`);
    return `<article id="${id}">${nested}</article>`;
  });
  return index + articles.join("\n");
}
