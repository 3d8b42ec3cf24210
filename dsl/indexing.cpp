#include "dsl/indexing.h"

#include <numeric>
#include <string_view>

#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "runtime/error.h"

#if defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#pragma GCC diagnostic ignored \
    "-Wmaybe-uninitialized"  // g++ 12 is wrong about a moved std::optional<Dim>
#endif

namespace lithe {
namespace indexing {

TensorIndex::TensorIndex(const char* text) : kind_(Kind::ellipsis) {
    if (std::string_view(text) != "...") {
        throw UserError("index.text", "index: expected \"...\", got \"" + std::string(text) + "\"");
    }
}

int64_t TensorIndex::axes() const {
    if (kind_ == Kind::tensor) return tensor_.dtype() == DType::boolean ? tensor_.dim() : 1;
    return kind_ == Kind::integer || kind_ == Kind::slice ? 1 : 0;
}

}  // namespace indexing

namespace {

using indexing::TensorIndex;
using Indices = std::vector<TensorIndex>;

/// A view of the tensor under the plain indices, and, per axis of it, the tensor that indexes it.
struct Selection {
    Tensor view;
    Tensors by_axis;

    bool has_tensors() const {
        for (const Tensor& index : by_axis) {
            if (index.defined()) return true;
        }
        return false;
    }
};

void check_count(const Tensor& x, const Indices& indices) {
    int64_t used = 0, ellipses = 0;
    for (const TensorIndex& index : indices) {
        used += index.axes();
        ellipses += index.kind() == TensorIndex::Kind::ellipsis;
    }
    if (used > x.dim() || ellipses > 1) {
        throw UserError("index.axes", "index: " + std::to_string(used) + " indices and " +
                                          std::to_string(ellipses) + " ellipses for " +
                                          x.type().str());
    }
}

/// Takes up one tensor index at `axis` of the selection; gives the axes it takes.
int64_t add_tensor(Selection& selection, const Tensor& index, int64_t axis) {
    auto place = [&](const Tensor& part, int64_t at) {
        selection.by_axis.resize(static_cast<size_t>(at) + 1);
        selection.by_axis[static_cast<size_t>(at)] = part;
    };
    if (index.dtype() != DType::boolean) {
        place(integer_index("index", index), axis);
        return 1;
    }
    for (int64_t i = 0; i < index.dim(); ++i) {
        if (index.size(i) == selection.view.size(axis + i)) continue;
        throw UserError("index.mask", "index: the mask " + index.type().str() +
                                          " does not fit axis " + std::to_string(axis + i) +
                                          " of " + selection.view.type().str());
    }
    const Tensor places = places_of("index", index);
    for (int64_t i = 0; i < index.dim(); ++i) place(select(places, 1, i), axis + i);
    return index.dim();
}

Selection select_by(const Tensor& x, const Indices& indices) {
    check_count(x, indices);
    int64_t used = 0;
    for (const TensorIndex& index : indices) used += index.axes();
    Selection selection{x, {}};
    int64_t axis = 0;
    for (const TensorIndex& index : indices) {
        switch (index.kind()) {
            case TensorIndex::Kind::integer:
                selection.view = select(selection.view, axis, index.integer());
                break;
            case TensorIndex::Kind::none:
                selection.view = unsqueeze(selection.view, axis++);
                break;
            case TensorIndex::Kind::ellipsis:
                axis += x.dim() - used;
                break;
            case TensorIndex::Kind::slice:
                selection.view = slice(selection.view, axis++, index.slice().begin,
                                       index.slice().end, index.slice().step);
                break;
            case TensorIndex::Kind::boolean: {
                selection.view = unsqueeze(selection.view, axis);
                const int64_t rows = index.integer().constant();
                add_tensor(selection, zeros({rows}, DType::i64), axis++);
                break;
            }
            case TensorIndex::Kind::tensor:
                axis += add_tensor(selection, index.tensor(), axis);
                break;
        }
    }
    selection.by_axis.resize(static_cast<size_t>(selection.view.dim()));
    return selection;
}

/// The indexed axes of a view brought together and joined to one, and the index along it.
struct Joined {
    Sizes perm;          ///< view -> [before, indexed, after]
    int64_t before = 0;  ///< axes before the indexed ones
    Shape permuted;      ///< sizes after the permutation
    Shape joined;        ///< with the indexed axes as one
    Shape result;        ///< of reading: the index's shape in their place
    Shape index_shape;
    Tensor index;  ///< one axis
};

/// An index below 0 counts from the end. Errors: index.range, where the data is known.
Tensor checked_index(const Tensor& index, const Dim& size) {
    if (!index.is_symbolic() && size.is_constant() && index.array().count() > 0) {
        const auto low = amin(index).item<int64_t>(), high = amax(index).item<int64_t>();
        if (low < -size.constant() || high >= size.constant()) {
            throw UserError("index.range", "index: index " +
                                               std::to_string(low < -size.constant() ? low : high) +
                                               " is out of range for size " + size.str());
        }
        if (low >= 0) return index;
    }
    return where(index < 0, index + size, index);
}

Joined join(const Selection& selection) {
    const Shape have = selection.view.sizes();
    std::vector<int64_t> indexed;
    Tensors indices;
    for (size_t i = 0; i < have.size(); ++i) {
        if (!selection.by_axis[i].defined()) continue;
        indexed.push_back(static_cast<int64_t>(i));
        indices.push_back(checked_index(selection.by_axis[i], have[i]));
    }
    indices = broadcast_tensors(indices);
    Joined join;
    const bool together =
        indexed.back() - indexed.front() + 1 == static_cast<int64_t>(indexed.size());
    join.before = together ? indexed.front() : 0;
    for (size_t i = 0; i < have.size(); ++i) {
        if (!selection.by_axis[i].defined()) join.perm.push_back(static_cast<int64_t>(i));
    }
    join.perm.insert(join.perm.begin() + join.before, indexed.begin(), indexed.end());
    Tensor flat;
    Dim joined = 1;
    for (size_t k = 0; k < indexed.size(); ++k) {
        const Dim size = have[static_cast<size_t>(indexed[k])];
        flat = k == 0 ? indices[0] : flat * size + indices[k];
        joined = joined * size;
    }
    join.index_shape = flat.sizes();
    join.index = reshape(flat, {flat.numel()});
    for (const int64_t axis : join.perm) join.permuted.push_back(have[static_cast<size_t>(axis)]);
    join.joined = join.result = join.permuted;
    const auto count = static_cast<std::ptrdiff_t>(indexed.size());
    join.joined.erase(join.joined.begin() + join.before, join.joined.begin() + join.before + count);
    join.result = join.joined;
    join.joined.insert(join.joined.begin() + join.before, joined);
    join.result.insert(join.result.begin() + join.before, join.index_shape.begin(),
                       join.index_shape.end());
    return join;
}

}  // namespace

Tensor Tensor::index(const Indices& indices) const {
    const Selection selection = select_by(*this, indices);
    if (!selection.has_tensors()) return selection.view;
    const Joined joined = join(selection);
    const Tensor rows = lithe::reshape(lithe::permute(selection.view, joined.perm), joined.joined);
    return lithe::reshape(lithe::index_select(rows, joined.before, joined.index), joined.result);
}

namespace {

/// x where a mask over its first axes is false, else `value`, which fits every place alike.
Tensor masked(const Tensor& x, const Tensor& mask, const Tensor& value) {
    Shape shape = mask.sizes();
    for (size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == x.size(static_cast<int64_t>(i))) continue;
        throw UserError("index.mask", "index: the mask " + mask.type().str() +
                                          " does not fit axis " + std::to_string(i) + " of " +
                                          x.type().str());
    }
    shape.resize(static_cast<size_t>(x.dim()), Dim(1));
    return where(reshape(mask, shape), value.to(x.dtype()), x);
}

}  // namespace

const Tensor& Tensor::index_put_(const Indices& indices, const Tensor& value,
                                 bool accumulate) const {
    const bool is_mask = indices.size() == 1 && indices[0].kind() == TensorIndex::Kind::tensor &&
                         indices[0].tensor().dtype() == DType::boolean;
    if (is_mask && value.dim() <= dim() - indices[0].tensor().dim()) {
        // How many places there are does not matter, so that a trace can do it.
        return assign(masked(*this, indices[0].tensor(), accumulate ? *this + value : value));
    }
    const Selection selection = select_by(*this, indices);
    if (!selection.has_tensors()) {
        selection.view.copy_(accumulate ? selection.view + value : value);
        return *this;
    }
    const Joined joined = join(selection);
    const Tensor rows = lithe::reshape(lithe::permute(selection.view, joined.perm), joined.joined);
    Shape source_shape = joined.joined;
    source_shape[static_cast<size_t>(joined.before)] = joined.index.numel();
    const Tensor source =
        lithe::reshape(lithe::expand(value.to(dtype()), joined.result), source_shape);
    const Tensor changed = accumulate
                               ? lithe::index_add(rows, joined.before, joined.index, source)
                               : lithe::index_copy(rows, joined.before, joined.index, source);
    Sizes back(joined.perm.size());
    for (size_t i = 0; i < back.size(); ++i) {
        back[static_cast<size_t>(joined.perm[i])] = static_cast<int64_t>(i);
    }
    selection.view.assign(lithe::permute(lithe::reshape(changed, joined.permuted), back));
    return *this;
}

const Tensor& Tensor::index_put_(const Indices& indices, const Scalar& value) const {
    return index_put_(indices, full({}, value, dtype()));
}

Tensor Tensor::operator[](int64_t at) const { return lithe::select(*this, 0, at); }
Tensor Tensor::operator[](const Tensor& at) const { return index({at}); }

}  // namespace lithe
