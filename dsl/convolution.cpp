#include "dsl/convolution.h"

#include <string>

#include "runtime/error.h"

namespace lithe::convolution {

void check(const OpCall& call, const TensorType& given, const TensorType& weight, bool is_image) {
    const std::string op(call.op->name);
    const auto fail = [&](const char* reason, const std::string& text) {
        throw UserError(op + "." + reason, op + ": " + text);
    };
    const std::string both = given.str() + " and weight " + weight.str();
    if (!is_floating(given.dtype) || given.dtype != weight.dtype) {
        fail("dtype", "expected one floating-point dtype, got " + both);
    }
    if (weight.rank() < 3 || weight.rank() > 5 || given.rank() != weight.rank()) {
        fail("rank", "expected 1 to 3 spatial axes after batch and channels, got " + both);
    }
    const Dim groups = call.attrs.get_dim("groups");
    const Dim &filters = weight.size(0), &per_group = weight.size(1);
    const bool is_positive = !groups.is_constant() || groups.constant() >= 1;
    if (!is_positive || !(divide_exactly(filters, groups) || filters % groups == 0)) {
        fail("groups", groups.str() + " groups do not divide the " + filters.str() +
                           " filters of weight " + weight.str());
    }
    const Dim wanted = is_image ? per_group * groups : filters;
    if (!same(given.size(1), wanted) && given.size(1) != wanted) {
        fail("channels", "the input " + given.str() + " has " + given.size(1).str() +
                             " channels, weight " + weight.str() + " with " + groups.str() +
                             " groups takes " + wanted.str());
    }
    window::check_attrs(call, static_cast<size_t>(weight.rank()) - 2);
}

namespace {

Sizes spatial(const Array& array) { return {array.sizes().begin() + 2, array.sizes().end()}; }

}  // namespace

Loops::Loops(const OpCall& call, const Array& image, const Array& outgoing, const Array& weight)
    : batch(image.size(0)),
      groups(call.attrs.get_int("groups")),
      channels(weight.size(1)),
      filters(weight.size(0) / groups),
      geometry(call.attrs, spatial(image), spatial(outgoing), spatial(weight)) {
    taps = geometry.kernel_count();
    places = geometry.place_count();
    image_size = geometry.image_count();
}

}  // namespace lithe::convolution
