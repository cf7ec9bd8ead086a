/*
 * The words that fill the templates; all of them are made up. They stand in
 * JSON strings as they are, some with escapes.
 */
#ifndef WORDS_H
#define WORDS_H

struct words {
	unsigned count;
	const char *const *word;
};

#define WORDS(list)                                  \
	{                                            \
		sizeof(list) / sizeof(*(list)), list \
	}

static const char *const adjectives[] = {"amber", "brisk", "calm", "dusty",
    "early", "faded", "gentle", "hollow", "ivory", "jagged", "keen", "lunar",
    "mossy", "narrow", "olive", "plain"};
static const char *const brands[] = {"Ardent & Wren", "Brookfell", "Caldera",
    "Dún Mor", "Eastlight", "Føhn", "Granite Lane", "Halyard", "Ísafold",
    "Juniper", "Kestrel", "L\\u00f8vetann", "Marrow", "Nightjar", "北風",
    "Quill"};
static const char *const cities[] = {"Aldermouth", "Bad Torrow", "Cúlmore",
    "Dunnavale", "Eskerby", "Fjällvik", "Garrowhaven", "Hollinstead", "東京",
    "Königsruh", "Lower Tamsin", "M\\u00e5nesund", "Norrwick", "Orleigh",
    "Port Essaly", "São Brito"};
static const char *const domains[] = {
    "example.com", "example.net", "example.org", "mail.example.com"};
static const char *const employments[] = {"Accountant", "Bookbinder",
    "Cartographer", "Dispatcher", "Engineer", "Farrier", "Glazier",
    "Hydrologist"};
static const char *const first_names[] = {"Ada", "Bruno", "Chiara", "Dmitri",
    "Esra", "Fionn", "Gr\\u00e9ta", "Hiroshi", "Inês", "Jürgen", "Kofi",
    "Łucja", "Maren", "Nkechi", "Oskar", "Zoë"};
static const char *const genders[] = {"female", "male", "other", "not told"};
static const char *const handles[] = {"heron", "lantern", "mill", "orchard",
    "pebble", "quarry", "ridge", "saddle", "thicket", "umbel", "valley",
    "willow"};
static const char *const last_names[] = {"Abernoth", "Brandvold", "Castellane",
    "D\\u2019Arcy", "Eskildsen", "Farrow", "Grünwald", "Holloway", "Ito",
    "Jarosz", "Kıvanç", "Lindqvist", "Moreau", "N\\u00fa\\u00f1ez", "Okafor",
    "Petrov"};
static const char *const plans[] = {
    "basic", "free trial", "gold", "silver", "student"};
static const char *const statuses[] = {"active", "blocked", "idle", "pending"};
static const char *const streets[] = {"Anvil Row", "Bell Steps", "Cooper Wynd",
    "Dyers Gate", "Elm Terrace", "Fuller Street", "Glasshouse Yard",
    "Hop Lane"};
static const char *const texts[] = {
    "Made to order and sent within the week.",
    "Salt \\u0026 pepper, with a pinch of cinnamon.",
    "A quiet colour that goes with everything else on the shelf.",
    "Crème brûlée, smørrebrød und Käsespätzle.",
    "He said \\\"not before Tuesday\\\" and left it at that.",
    "First line\\nsecond line\\tand a tab.",
    "The lid closes with a click; the hinge is brass.",
    "東京の冬は静かです。",
    "Left at the neighbour\\u2019s, number 14.",
    "Path C:\\\\data\\\\in, as the old system wrote it.",
    "Wash cold, dry flat, do not bleach.",
    "Smile \\ud83d\\ude42 or 🙂, both are fine.",
    "Ships in two boxes; the second one may come a day later.",
    "See https:\\/\\/example.com\\/help for the small print.",
    "Nothing to add.",
    "Returned once, inspected, and put back on sale.",
};
static const char *const truths[] = {"true", "false"};

static const struct words truth = WORDS(truths);

/* By capital letter: %A an adjective, %B a brand and so on. */
static const struct words word_lists[26] = {
    ['A' - 'A'] = WORDS(adjectives),
    ['B' - 'A'] = WORDS(brands),
    ['C' - 'A'] = WORDS(cities),
    ['D' - 'A'] = WORDS(domains),
    ['E' - 'A'] = WORDS(employments),
    ['F' - 'A'] = WORDS(first_names),
    ['G' - 'A'] = WORDS(genders),
    ['H' - 'A'] = WORDS(handles),
    ['L' - 'A'] = WORDS(last_names),
    ['P' - 'A'] = WORDS(plans),
    ['S' - 'A'] = WORDS(statuses),
    ['R' - 'A'] = WORDS(streets),
    ['T' - 'A'] = WORDS(texts),
};

#endif
