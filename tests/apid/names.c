#include "names.h"

#define WORDS(list)                                      \
	{                                                \
		(list), sizeof(list) / sizeof((list)[0]) \
	}

static const char *const model[] = {"Harbour", "Court", "Ridge", "Tempo",
    "Meridian", "Drift", "Canyon", "Pivot", "Orbit", "Summit", "Glide",
    "Parade", "Cinder", "Relay", "Vector", "Lagoon", "Stride", "Echo", "Anchor",
    "Fable", "Quarry", "Signal", "Tundra", "Velour"};

static const char *const colour[] = {"Black", "White", "Bone", "Clay", "Moss",
    "Slate", "Saffron", "Cobalt", "Plum", "Rust", "Oat", "Ash", "Ink", "Coral",
    "Fog", "Pine"};

static const char *const partner[] = {"Atelier Nord", "Kiosk 9", "Paper Moon",
    "Low Tide", "Studio Vireo", "Second Shift"};

static const char *const shop[] = {"Sole", "Corner", "Union", "Lace", "North",
    "Canal", "Foundry", "Lantern", "Market", "Bridge", "Copper", "Garage",
    "Harvest", "Island", "Junction", "Kestrel", "Linden", "Mill", "Nomad",
    "Oak"};

static const char *const shop_kind[] = {"& Sons", "Supply Co.", "Store",
    "Footwear", "Caf\u00e9", "Outfitters", "d'Or", "Stra\u00dfe", "Depot",
    "Kicks", "Clothing.", "\u6771\u4eac"};

static const char *const animal[] = {"Aardvark", "Badger", "Bison", "Camel",
    "Cheetah", "Cobra", "Crane", "Dingo", "Dolphin", "Eagle", "Elk", "Ferret",
    "Fox", "Gecko", "Gibbon", "Heron", "Hyena", "Ibex", "Jackal", "Koala",
    "Lemur", "Lynx", "Marten", "Mosquito", "Newt", "Ocelot", "Otter", "Panda",
    "Pelican", "Quail", "Raven", "Seal", "Sloth", "Tapir", "Urial", "Viper",
    "Walrus", "Wildcat", "Yak", "Zebra"};

const struct words names_model = WORDS(model);
const struct words names_colour = WORDS(colour);
const struct words names_partner = WORDS(partner);
const struct words names_shop = WORDS(shop);
const struct words names_shop_kind = WORDS(shop_kind);
const struct words names_animal = WORDS(animal);

const char *
names_pick(const struct words *list, uint64_t h)
{
	return list->at[h % list->n];
}
