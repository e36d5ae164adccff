/** Short and friendly words for subdomains: each of two to nine small letters, none twice in a list. */
export const ADJECTIVES: readonly string[] = `
  able agile airy alert alpine amber ample ancient apt arctic ashen astral atomic autumn avid azure
  balmy basic bold bonny brave breezy bright brisk broad bronze bubbly calm candid caring casual cedar
  cheery chief chilly choice civic civil classic clean clear clever cloudy coastal cobalt common
  compact content cool copper coral cosmic cosy cozy crimson crisp curious curly cyan daily dainty
  daring dawn deep deft dense dewy direct distant divine double dreamy dry dusky eager early earnest
  easy elated elder elegant emerald epic equal even exact fabled fair famous fancy fast fearless
  fertile festive fine firm first fit fleet floral fluent fluffy flying fond formal frank free fresh
  frosty full funny gallant gentle genuine giant gifted glad gleaming global glossy golden good grand
  grassy great green handy happy hardy hasty hazel hearty helpful hidden honest humble humid icy ideal
  indigo inner ivory jade jolly jovial joyful keen kind lasting latent leafy lemon level light likely
  lilac lime linen little lively local lofty long loud lovely loyal lucid lucky lunar lush magenta
  magic major mango maple marble marine mature mellow merry mighty mild mindful minor minty misty
  modern modest mossy mutual narrow native natural neat new nifty nimble noble normal northern novel
  oaken oceanic olive open optimal orange organic outer paced pale pastel patient peach pearly peppy
  placid plain plucky plum polar polished polite popular prime proper proud pure purple quaint quick
  quiet rainy rapid rare ready red regal regular rich ripe rising robust rocky rosy round royal ruby
  rural rustic sacred safe sage sandy sane satin savvy scarlet scenic secure serene sharp shiny short
  silent silky silver simple sincere sleek slim smart smiling smooth snowy social soft solar solid
  sonic southern spare spicy spring square stable starry steady steep still stoic stony strong sturdy
  subtle sugary summer sunny super sure swift teal tender thrifty tidal tidy tiny topaz total tough
  tranquil true trusty unique upbeat urban useful valid vast velvet verdant violet vital vivid warm
  wavy wealthy western whole wild willing windy wise witty wooden woolly worthy young zesty
`
  .trim()
  .split(/\s+/);

export const NOUNS: readonly string[] = `
  acorn alder almond anchor antler apple apricot arch arrow aspen atlas aurora avenue badger bakery
  bamboo banjo basil basin bay beach beacon bear beaver bell berry birch bird bison bloom blossom boat
  bonfire book border bough boulder branch bread breeze brick bridge brook broom brush bubble bucket
  buffalo bush butter cabin cactus camel camp canal candle canoe canvas canyon cape carbon castle cat
  cave cedar cello chalk cherry chestnut circle citrus clay cliff clock cloud clover coast cocoa comet
  compass coral cottage cotton cove coyote crab crane crater creek cricket crow crown crystal cub
  current cypress daisy dale dawn deer delta desert dew diamond dolphin domino door dove dragon drum
  dune dust eagle earth echo elk elm ember engine falcon feather fern ferry field finch fire fjord
  flame flint flower flute fog forest fossil fountain fox frog frost galaxy garden garnet gate gecko
  geyser ginger glacier glade glen globe goose gorge grape grass grove gull hamlet harbor hare harp
  haven hawk hazel heath hedge heron hill hollow honey horizon horse ibis iceberg inlet iris island
  ivy jacket jaguar jasmine jay jewel jungle juniper kayak kelp kernel kettle kite kiwi koala lagoon
  lake lamp lantern larch lark laurel lava leaf lemon lily lime linden lion lizard llama lobster
  locket lodge lotus lynx magnet magpie mallet mango maple marble market marsh meadow melon meteor
  mill mint mirror moon moose mosaic moss moth mountain mulberry mushroom nebula nectar nest nettle
  newt night oak oasis oat ocean olive onyx opal orbit orchard orchid otter owl oyster paddle palm
  panda panther paper parrot parsley path peach peak pear pearl pebble pelican pepper petal phoenix
  piano pigeon pine planet plateau plaza plum pond pony poplar poppy prairie prism puffin puma quail
  quarry quartz quill rabbit raft rain rainbow raven reef ridge river robin rocket rose ruby saddle
  saffron sage sail salmon sand sapling satin sea seal seed shadow shell ship shore sierra signal silk
  sky slate snow sparrow spice spring spruce squid star stone stork storm stream summit sun swallow
  swan table tapir temple thistle thrush thunder tide tiger topaz torch tower trail trout tulip tundra
  tunnel turtle valley vase velvet village vine violin walnut walrus water wave whale wheat willow
  window winter wolf wood wren yarrow zebra zenith
`
  .trim()
  .split(/\s+/);
