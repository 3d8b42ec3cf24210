#include "dsl/columns.h"

#include "runtime/error.h"

namespace lithe::columns {

Attrs attrs(std::string_view op, int64_t rank, const PerAxis& kernel, const PerAxis& dilation,
            const PerAxis& padding, const PerAxis& stride) {
    const Shape pad = to_shape(per_axis(op, padding, rank));
    return {{"window", to_shape(per_axis(op, kernel, rank))},
            {"dilation", to_shape(per_axis(op, dilation, rank))},
            {"stride", to_shape(per_axis(op, stride, rank))},
            {"pad_begin", pad},
            {"pad_end", pad}};
}

size_t check(const OpCall& call) {
    const Shape& kernel = call.attrs.get_shape("window");
    bool fits = !kernel.empty() && kernel.size() <= 3;
    for (const Dim& size : kernel) fits = fits && (!size.is_constant() || size.constant() >= 1);
    if (!fits) {
        const std::string op(call.op->name);
        throw UserError(
            op + ".kernel",
            op + ": expected 1 to 3 sizes of at least 1 for the kernel, got " + str(kernel));
    }
    window::check_attrs(call, kernel.size());
    return kernel.size();
}

Shape places(const OpCall& call, const Shape& image) {
    const Shape& kernel = call.attrs.get_shape("window");
    Shape counts;
    for (size_t i = 0; i < kernel.size(); ++i) {
        const auto of = [&](const char* name) { return call.attrs.get_shape(name)[i]; };
        counts.push_back(window::places(image[i], kernel[i], of("stride"), of("pad_begin"),
                                        of("pad_end"), of("dilation")));
        if (!counts.back().is_constant() || counts.back().constant() >= 1) continue;
        const std::string op(call.op->name);
        throw UserError(op + ".size", op + ": the kernel " + str(kernel) +
                                          " does not fit into the padded image " + str(image));
    }
    return counts;
}

window::Geometry geometry(const OpCall& call, const Shape& image) {
    return {call.attrs, constant_sizes(image), constant_sizes(places(call, image)),
            call.attrs.get_ints("window")};
}

}  // namespace lithe::columns
