#include "compiler/passes/rolling.h"

#include <algorithm>

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

}  // namespace

std::string rolling_refusal(const std::vector<ir::Node*>& front, const ir::Node& conv,
                            const ir::Node& image, const ir::Node& depthwise) {
    if (conv.attrs().has("groups") || conv.attrs().has("phases"))
        return "a convolution in groups is made apart from the depthwise one behind it";
    const TensorType& type = image.type();
    if (!same(type.shape, conv.type().shape) || image.is("permute"))
        return "the depthwise convolution reads it in another order";
    const Dim& channels = type.size(3);
    if (channels.constant() % whole_channels != 0 && !has_channel_operands(front, conv, channels)) {
        return "the depthwise convolution reads it from memory: " + channels.str() +
               " channels are no multiple of " + std::to_string(whole_channels) +
               ", and an operand has more than one number for each";
    }
    const int64_t taps = depthwise.input(1).type().size(0).constant();
    const int64_t lines = (taps - 1) * depthwise.attrs().get_ints("dilation")[0] + 1;
    int64_t ring = 1;
    while (ring < lines) ring *= 2;
    const int64_t panel = conv.input(1).type().shape.back().constant();
    const int64_t bytes = 4 * ring * panel * type.size(2).constant();
    if (bytes > most_ring_bytes) {
        return "the depthwise convolution reads it from memory: its lines would take " +
               std::to_string(bytes) + " bytes, at most " + std::to_string(most_ring_bytes) +
               " stay in the cache";
    }
    return {};
}

}  // namespace lithe::passes
