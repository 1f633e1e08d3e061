/** Things that the made-up handbook explains; each has words of its own, so that search can tell them apart. */
const TOPICS: readonly (readonly [string, string, string])[] = [
  [
    'Kiln firing',
    'stoneware glaze',
    'The kiln is heated slowly to twelve hundred degrees so that the stoneware glaze melts without blisters',
  ],
  [
    'Tide tables',
    'harbour pilot',
    'A harbour pilot reads the tide tables backwards from high water to learn when the sandbar can be crossed',
  ],
  [
    'Sourdough starter',
    'wild yeast',
    'Feed the sourdough starter with rye flour twice a day until the wild yeast doubles it within four hours',
  ],
  [
    'Bee swarming',
    'queen cells',
    'Before swarming the colony builds queen cells along the lower edge of the comb and the old queen stops laying',
  ],
  [
    'Organ tuning',
    'reed pipes',
    'Reed pipes of an organ drift with temperature so the tuner sets them last, against the principal',
  ],
  [
    'Avalanche rescue',
    'transceiver search',
    'A transceiver search follows the flux lines of the buried beacon and ends with probing in a spiral',
  ],
  [
    'Violin varnish',
    'spirit resin',
    'Spirit varnish of shellac and sandarac resin dries within the hour and is rubbed down between coats',
  ],
  [
    'Lighthouse lenses',
    'Fresnel prisms',
    'Fresnel prisms bend the lamp light into a flat beam that carries over twenty nautical miles',
  ],
  [
    'Grafting apples',
    'scion wood',
    'Scion wood is cut in January and grafted in April when the sap of the rootstock rises',
  ],
  [
    'Ice cores',
    'trapped air',
    'Trapped air in ice cores tells the carbon dioxide of the year in which the snow closed over it',
  ],
  [
    'Cheese caves',
    'rind washing',
    'Rind washing with brine every second day grows the orange bacteria that give the cheese its smell',
  ],
  [
    'Bridge bearings',
    'thermal expansion',
    'Bearings let a steel bridge move by a hand width between winter and summer without cracking its piers',
  ],
];

/** A Markdown page for each topic, in several sections. */
export function topicPages(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    TOPICS.map(([title, detail, fact], at) => [
      `${title.toLowerCase().replaceAll(' ', '-')}.md`,
      [
        `# ${title}`,
        `${fact}. People who do this for the first time should read the whole page before they begin.`,
        `## How does ${detail} work in practice?`,
        `In practice ${fact.charAt(0).toLowerCase()}${fact.slice(1)}. Chapter ${at + 1} of the handbook on ${title.toLowerCase()} has drawings of every step.`,
        `## What can go wrong with ${detail}`,
        `Most accidents with ${detail} happen through haste: the work on ${title.toLowerCase()} is checked by a second person, who signs page ${at + 40} of the log.`,
        '',
      ].join('\n\n'),
    ]),
  );
}
