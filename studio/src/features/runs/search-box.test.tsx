import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SearchBox } from "./search-box";

describe("the search box", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  const open = () => {
    const told: string[] = [];
    const box = (value: string) => <SearchBox value={value} onChange={(text) => told.push(text)} />;
    const { rerender } = render(box(""));
    const input = screen.getByRole<HTMLInputElement>("searchbox");
    return {
      told, type: (text: string) => { fireEvent.change(input, { target: { value: text } }); }, text: () => input.value,
      pause: () => { act(() => { vi.advanceTimersByTime(250); }); }, value: (text: string) => { rerender(box(text)); },
    };
  };

  it("keeps what is typed while what it told comes back", () => {
    const box = open();
    box.type("ab");
    box.pause();
    box.type("abc");
    box.value("ab");
    expect(box.text()).toBe("abc");
    box.pause();
    box.type("abcd");
    box.pause();
    box.value("abc");
    box.value("abcd");
    expect(box.text()).toBe("abcd");
    expect(box.told).toEqual(["ab", "abc", "abcd"]);
  });

  it("follows the address when it changes by other means, also back to something it once told", () => {
    const box = open();
    box.type("ab");
    box.pause();
    box.value("ab");
    box.value("");
    expect(box.text()).toBe("");
    box.value("ab");
    expect(box.text()).toBe("ab");
  });
});
