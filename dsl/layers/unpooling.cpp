#include "dsl/layers/unpooling.h"

#include "dsl/functional/pooling.h"
#include "dsl/repr.h"
#include "runtime/error.h"

namespace lithe::nn {

template <size_t D>
Tensor MaxUnpoolImpl<D>::forward(const Tensor& x, const Tensor& index,
                                 const std::optional<Sizes>& output_size) {
    return functional::max_unpool<D>(
        x, index, functional::MaxUnpoolFuncOptions<D>(options).output_size(output_size));
}

template <size_t D>
std::string MaxUnpoolImpl<D>::extra_repr() const {
    return Repr()
        .add("kernel_size", options.kernel_size())
        .add("stride", options.stride())
        .add("padding", options.padding())
        .str();
}

template <size_t D>
FractionalMaxPoolImpl<D>::FractionalMaxPoolImpl(const FractionalMaxPoolOptions<D>& pool_options)
    : options(pool_options) {
    if (options.output_size().has_value() == options.output_ratio().has_value()) {
        throw UserError("fractional_max_pool.size",
                        "fractional_max_pool: expected either output_size or output_ratio, got " +
                            std::string(options.output_size() ? "both" : "neither"));
    }
}

template <size_t D>
void FractionalMaxPoolImpl<D>::visit_members(FieldVisitor& visitor) {
    if (!options._random_samples().defined()) return;
    visitor.tensor("_random_samples", options._random_samples(), TensorFieldKind::buffer);
}

template <size_t D>
std::tuple<Tensor, Tensor> FractionalMaxPoolImpl<D>::forward_with_indices(const Tensor& x) {
    return functional::fractional_max_pool_with_indices<D>(x, options);
}

template <size_t D>
Tensor FractionalMaxPoolImpl<D>::forward(const Tensor& x) {
    return std::get<0>(forward_with_indices(x));
}

template class MaxUnpoolImpl<1>;
template class MaxUnpoolImpl<2>;
template class MaxUnpoolImpl<3>;
template class FractionalMaxPoolImpl<2>;
template class FractionalMaxPoolImpl<3>;

}  // namespace lithe::nn
