import { expect, test } from "vitest";
import { formatDue, formatOrderNumber } from "../src/citizen/chat/order";
import { renderMarkdown } from "../src/citizen/chat/markdown";
import { cleanText, countCharacters } from "../src/citizen/chat/text";

test("characters are counted as the server counts them", () => {
  expect(countCharacters("民声😀")).toBe(3);
});

test("what is sent has no control characters, half emoji or blank edges", () => {
  expect(cleanText(" a\u0000b\r\nc\td \n")).toBe("ab\nc\td");
  expect(cleanText("好\ud83d")).toBe("好\ufffd");
  expect(cleanText("\udc00好😀")).toBe("\ufffd好😀");
});

test("order numbers and limits read well", () => {
  expect(formatOrderNumber("261122000159")).toBe("261122-00015-9");
  expect(formatOrderNumber("261122-00015-9")).toBe("261122-00015-9");
  expect(formatOrderNumber("A1")).toBe("A1");
  expect(formatDue("2026-11-29T10:00:00+00:00", "Asia/Shanghai")).toBe("11月29日 18:00 前");
  expect(formatDue("七个工作日内", "Asia/Shanghai")).toBe("七个工作日内");
});

test("Markdown cannot bring HTML, scripts, pictures or styles into the page", () => {
  const html = renderMarkdown(
    "<img src=x onerror=alert(1)> [坏](javascript:alert(1)) ![图](http://x/y.png) [好](https://a.cn) [拨打](tel:12345)\n\n" +
      "| 甲 | 乙 |\n|:--|--:|\n| 1 | 2 |",
  );
  expect(html).not.toMatch(/<img|href="javascript|style=/);
  expect(html).toContain("&lt;img");
  expect(html).toContain('rel="noopener noreferrer nofollow"');
  expect(html).toContain('href="tel:12345"');
  expect(html).toContain("<td>1</td>");
});
