#include "compiler/passes/rolling.h"

#include <algorithm>
#include <bit>

#include "compiler/ir/planes.h"
#include "compiler/ir/sizes.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {
namespace {

/// What the lines of one panel may take: a part of the second-level cache.
constexpr int64_t most_ring_bytes = 160 << 10;
/// Channels that fill whole vectors on every target.
constexpr int64_t whole_channels = 16;

/// Whether all operands but the image and the filters are numbers or have one for every channel.
bool has_channel_operands(const std::vector<ir::Node*>& front, const ir::Node& conv,
                          const Dim& channels) {
    for (const ir::Node* node : front) {
        for (int i = node == &conv ? 2 : 0; i < node->input_count(); ++i) {
            const ir::Value operand = node->input(i);
            const bool is_inside =
                std::find(front.begin(), front.end(), operand.node) != front.end();
            const Dim count = operand.type().count();
            if (!is_inside && !count.is_constant(1) && !(same({count}, {channels}))) return false;
        }
    }
    return true;
}

/// Lines of the image that one line of results reads, those between them included.
int64_t reach_of(const ir::Node& reader) {
    const int64_t taps = ir::is_pool(reader) ? reader.attrs().get_ints("kernel")[0]
                                             : reader.input(1).type().size(0).constant();
    return (taps - 1) * reader.attrs().get_ints("dilation")[0] + 1;
}

/// The tile that lines of the convolution are made by, each on its own.
Tile line_tile_of(const ir::Node& conv, const Machine& machine) {
    const Shape& filters = conv.input(1).type().shape;
    const Dim length = product(Shape(filters.begin() + 1, filters.end() - 1));
    const int64_t vectors =
        std::max<int64_t>(filters.back().constant() * 4 / machine.vector_bytes, 1);
    return line_tile(conv.type().size(2).constant(), vectors, length.constant(), machine);
}

/// Whether few registers hold no tiles that fit the lines of a convolution of pixels by themselves,
/// while tiles of the whole image do: then the sums take an eighth longer or more. Short sums take
/// less than what the image costs on its way through memory.
bool wastes_tiles(const ir::Node& conv, const Machine& machine) {
    constexpr int64_t long_sum = 64;
    const Shape& filters = conv.input(1).type().shape;
    const bool is_pointwise = ir::all_are({filters.begin() + 1, filters.end() - 2}, 1) &&
                              ir::all_are(conv.attrs().get_shape("stride"), 1);
    if (!machine.has_few_registers() || !is_pointwise || conv.type().size(1).is_constant(1) ||
        filters[filters.size() - 2].constant() < long_sum)
        return false;
    const Tile tile = line_tile_of(conv, machine);
    const int64_t pixels = conv.type().size(2).constant();
    const auto full = static_cast<double>(pixels * tile.vectors) / 2;
    const auto tiles = static_cast<double>(ir::ceil_div(pixels, tile.rows));
    return 8 * tiles * step_cycles(tile) > 9 * full;
}

/// Whether all but the number of images is known, and a window is written out.
bool is_plain_pool(const ir::Node& pool) {
    constexpr int64_t most_taps = 25;
    const Dim taps = product(pool.attrs().get_shape("kernel"));
    const Shape &image = pool.input(0).type().shape, &stride = pool.attrs().get_shape("stride");
    return pool.type().dtype == DType::f32 && image.size() == 4 && taps.is_constant() &&
           taps.constant() <= most_taps && product(stride).is_constant() &&
           product(Shape(image.begin() + 1, image.end())).is_constant();
}

/// Why the channels do not fill the vectors of the reader, called `name`. Where registers are many
/// a vector has so many lanes that few channels waste most of a pooling's.
std::string channel_refusal(const std::vector<ir::Node*>& front, const ir::Node& conv,
                            const Dim& channels, const ir::Node& reader, const std::string& name,
                            const Machine& machine) {
    if (channels.constant() % whole_channels == 0) return {};
    const std::string multiple = "the " + name + " reads it from memory: " + channels.str() +
                                 " channels are no multiple of " + std::to_string(whole_channels);
    if (ir::is_pool(reader) && !machine.has_few_registers()) return multiple;
    if (has_channel_operands(front, conv, channels)) return {};
    return multiple + ", and an operand has more than one number for each";
}

}  // namespace

ir::Value rolling_image(const ir::Node& reader) {
    if (reader.is("depthwise_conv")) return reader.input(0);
    if (!ir::is_pool(reader) || !is_plain_pool(reader)) return {};
    const ir::Node& moved = *reader.input(0).node;
    const bool is_moved =
        moved.is("permute") && moved.attrs().get_ints("perm") == Sizes{0, 3, 1, 2};
    return is_moved ? moved.input(0) : ir::Value();
}

std::string rolling_refusal(const std::vector<ir::Node*>& front, const ir::Node& conv,
                            const ir::Node& image, const ir::Node& reader, const Machine& machine) {
    const std::string name = ir::is_pool(reader) ? "pooling" : "depthwise convolution";
    if (conv.attrs().has("groups") || conv.attrs().has("phases")) {
        return "a convolution in groups is made apart from the " +
               std::string(ir::is_pool(reader) ? "pooling" : "depthwise one") + " behind it";
    }
    const TensorType& type = image.type();
    if (!same(type.shape, conv.type().shape) || image.is("permute"))
        return "the " + name + " reads it in another order";
    const std::string channels = channel_refusal(front, conv, type.size(3), reader, name, machine);
    if (!channels.empty()) return channels;
    const auto ring = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(reach_of(reader))));
    const int64_t panel = conv.input(1).type().shape.back().constant();
    const int64_t bytes = 4 * ring * panel * type.size(2).constant();
    if (bytes > most_ring_bytes) {
        return "the " + name + " reads it from memory: its lines would take " +
               std::to_string(bytes) + " bytes, at most " + std::to_string(most_ring_bytes) +
               " stay in the cache";
    }
    if (wastes_tiles(conv, machine)) {
        return "the " + name + " reads it from memory: tiles of registers fit lines of " +
               std::to_string(type.size(2).constant()) + " pixels badly, and the whole image well";
    }
    return {};
}

int64_t rolling_rows(const ir::Node& conv, const Machine& machine) {
    if (!machine.has_few_registers()) return conv.attrs().get_int("tile_rows");
    return line_tile_of(conv, machine).rows;
}

}  // namespace lithe::passes
