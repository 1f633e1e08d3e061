import { z } from 'zod';

/** A run of text as a page draws it, seen upright: the page's own rotation is undone. */
export interface PdfItem {
  readonly text: string;
  /** Left end and baseline in points, y growing upwards. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Font size in points. */
  readonly size: number;
  readonly isMonospace: boolean;
  readonly isRightToLeft: boolean;
  /** Whether blank space was drawn behind it. */
  hasSpaceAfter: boolean;
}

/** A page's text. */
export interface PdfItems {
  readonly upright: readonly PdfItem[];
  /** Text that does not stand upright, such as a watermark or a label along an axis; x and y are where it begins. */
  readonly turned: readonly PdfItem[];
  /** Size of the page in points, as it is shown. */
  readonly width: number;
  readonly height: number;
}

/** What has to be known of a page besides its text. */
export interface PdfPageFrame {
  /** Lower left and upper right corner in points. */
  readonly view: readonly [number, number, number, number];
  /** Clockwise, in degrees. */
  readonly rotate: number;
  readonly monospaceFonts: ReadonlySet<string>;
}

const itemSchema = z.object({
  str: z.string(),
  dir: z.string().optional(),
  width: z.number(),
  height: z.number(),
  transform: z.array(z.number()).length(6),
  fontName: z.string(),
});
type RawItem = z.infer<typeof itemSchema>;

interface Placed extends PdfItem {
  /** Direction of its baseline in degrees, 0..359. */
  readonly angle: number;
}

/** Reads a page's text items; what is no text (marked content) is passed over. */
export function readPdfItems(items: readonly unknown[], frame: PdfPageFrame): PdfItems {
  const raw = items.flatMap((item) => {
    const parsed = itemSchema.safeParse(item);
    return parsed.success && parsed.data.str !== '' ? [parsed.data] : [];
  });
  const turn = (frame.rotate + mainAngle(raw, frame.rotate) + 360) % 360;
  const [left, bottom, right, top] = frame.view;
  const isSideways = turn % 180 === 90;
  const placed = markSpaces(raw.map((item) => place(item, frame, turn)));
  return {
    upright: placed.filter((item) => isUpright(item)),
    turned: placed.filter((item) => !isUpright(item)),
    width: isSideways ? top - bottom : right - left,
    height: isSideways ? right - left : top - bottom,
  };
}

function isUpright(item: Placed): boolean {
  return item.angle < 6 || item.angle > 354;
}

function angleOf(item: RawItem): number {
  const [a = 1, b = 0] = item.transform;
  return Math.round((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
}

/** The quarter turn in which most of a page's text stands once the page is turned as it is shown. */
function mainAngle(items: readonly RawItem[], rotate: number): number {
  const weights = new Map<number, number>();
  for (const item of items) {
    const angle = (angleOf(item) - rotate + 720) % 360;
    if (angle % 90 === 0) weights.set(angle, (weights.get(angle) ?? 0) + item.str.trim().length);
  }
  let best = 0;
  for (const [angle, weight] of weights) if (weight > (weights.get(best) ?? 0)) best = angle;
  return best;
}

function place(item: RawItem, frame: PdfPageFrame, turn: number): Placed {
  const [, , c = 0, d = 0, e = 0, f = 0] = item.transform;
  const [left, bottom, right, top] = frame.view;
  const x = e - left;
  const y = f - bottom;
  const width = right - left;
  const height = top - bottom;
  const [shownX, shownY] =
    turn === 90 ? [y, width - x] : turn === 180 ? [width - x, height - y] : turn === 270 ? [height - y, x] : [x, y];
  return {
    text: item.str,
    x: shownX,
    y: shownY,
    width: Math.abs(item.width),
    size: item.height > 0 ? item.height : Math.hypot(c, d),
    isMonospace: frame.monospaceFonts.has(item.fontName),
    isRightToLeft: item.dir === 'rtl',
    hasSpaceAfter: /\s$/.test(item.str),
    angle: (angleOf(item) - turn + 720) % 360,
  };
}

/** Takes items of nothing but space out and notes them at the item before. */
function markSpaces(items: readonly Placed[]): Placed[] {
  const inked: Placed[] = [];
  for (const item of items) {
    const before = inked.at(-1);
    if (item.text.trim() !== '') inked.push(item);
    else if (before !== undefined && Math.abs(before.y - item.y) < 1) before.hasSpaceAfter = true;
  }
  return inked;
}
