#include "tests/parity/run_functions.h"

namespace lithe::tests::parity {
namespace {

#define LITHE_REDUCTION(name) LITHE_FUNCTION(name, lithe::name(c[0], c.axes("dim"), c.keep()))
/// By way of the axis alone, where it is one; values and indices.
#define LITHE_WITH_INDEX(name)                                         \
    LITHE_FUNCTION(name, [&]() -> Tensors {                            \
        if (c.x.size() == 2) return {lithe::name(c[0], c[1])};         \
        if (!c.has("dim")) return {lithe::name(c[0])};                 \
        return results(lithe::name(c[0], c.integer("dim"), c.keep())); \
    }())

int64_t correction_of(const Call& c) {
    return c.o.flag("unbiased", true) ? c.integer("correction", 1) : 0;
}

std::optional<int64_t> axis_of(const Call& c) {
    return c.has("dim") ? std::optional(c.integer("dim")) : std::nullopt;
}

void add_reductions() {
    LITHE_REDUCTION(sum);
    LITHE_REDUCTION(mean);
    LITHE_REDUCTION(prod);
    LITHE_REDUCTION(amax);
    LITHE_REDUCTION(amin);
    LITHE_REDUCTION(any);
    LITHE_REDUCTION(all);
    LITHE_REDUCTION(logsumexp);
    LITHE_REDUCTION(nansum);
    LITHE_REDUCTION(nanmean);
    LITHE_REDUCTION(aminmax);
    LITHE_FUNCTION(count_nonzero, lithe::count_nonzero(c[0], c.axes("dim")));
    LITHE_FUNCTION(var, c.has("unbiased")
                            ? lithe::var(c[0], false)
                            : lithe::var(c[0], c.axes("dim"), correction_of(c), c.keep()));
    LITHE_FUNCTION(std, c.has("unbiased")
                            ? lithe::std(c[0], false)
                            : lithe::std(c[0], c.axes("dim"), correction_of(c), c.keep()));
    LITHE_FUNCTION(var_mean, lithe::var_mean(c[0], c.axes("dim"), correction_of(c), c.keep()));
    LITHE_FUNCTION(std_mean, lithe::std_mean(c[0], c.axes("dim"), correction_of(c), c.keep()));
    LITHE_FUNCTION(norm, lithe::norm(c[0], c.number("p", 2), c.axes("dim"), c.keep()));
    LITHE_FUNCTION(dist, lithe::dist(c[0], c[1], c.number("p", 2)));
    LITHE_FUNCTION(argmax, lithe::argmax(c[0], axis_of(c), c.keep()));
    LITHE_FUNCTION(argmin, lithe::argmin(c[0], axis_of(c), c.keep()));
    LITHE_WITH_INDEX(max);
    LITHE_WITH_INDEX(min);
}

void add_running() {
    LITHE_FUNCTION(cumsum, lithe::cumsum(c[0], c.integer("dim")));
    LITHE_FUNCTION(cumprod, lithe::cumprod(c[0], c.integer("dim")));
    LITHE_FUNCTION(logcumsumexp, lithe::logcumsumexp(c[0], c.integer("dim")));
    LITHE_FUNCTION(cummax, lithe::cummax(c[0], c.integer("dim")));
    LITHE_FUNCTION(cummin, lithe::cummin(c[0], c.integer("dim")));
    LITHE_FUNCTION(diff, lithe::diff(c[0], c.integer("n", 1), c.integer("dim", -1),
                                     c.tensor("prepend"), c.tensor("append")));
}

void add_order() {
    LITHE_FUNCTION(sort, lithe::sort(c[0], c.integer("dim", -1), c.o.flag("descending", false)));
    LITHE_FUNCTION(argsort,
                   lithe::argsort(c[0], c.integer("dim", -1), c.o.flag("descending", false)));
    LITHE_FUNCTION(
        topk, lithe::topk(c[0], c.integer("k"), c.integer("dim", -1), c.o.flag("largest", true)));
    LITHE_FUNCTION(kthvalue, lithe::kthvalue(c[0], c.integer("k"), c.integer("dim", -1), c.keep()));
    LITHE_FUNCTION(median, c.has("dim") ? results(lithe::median(c[0], c.integer("dim"), c.keep()))
                                        : results(lithe::median(c[0])));
    LITHE_FUNCTION(nanmedian, c.has("dim")
                                  ? results(lithe::nanmedian(c[0], c.integer("dim"), c.keep()))
                                  : results(lithe::nanmedian(c[0])));
    LITHE_FUNCTION(mode, lithe::mode(c[0], c.integer("dim", -1), c.keep()));
    LITHE_FUNCTION(quantile, [&] {
        const auto word = c.o.get<std::string>("interpolation", "linear");
        return c.has("q") ? lithe::quantile(c[0], c.number("q", 0), axis_of(c), c.keep(), word)
                          : lithe::quantile(c[0], c[1], axis_of(c), c.keep(), word);
    }());
    LITHE_FUNCTION(renorm,
                   lithe::renorm(c[0], c.number("p", 2), c.integer("dim"), c.number("maxnorm", 1)));
    LITHE_FUNCTION(searchsorted, [&] {
        const auto side = c.o.get<std::string>("side", "");
        return lithe::searchsorted(
            c[0], c[1], c.o.flag("out_int32", false), c.o.flag("right", false),
            side.empty() ? std::nullopt : std::optional<std::string_view>(side),
            c.tensor("sorter"));
    }());
    LITHE_FUNCTION(bucketize, lithe::bucketize(c[0], c[1], c.o.flag("out_int32", false),
                                               c.o.flag("right", false)));
    LITHE_FUNCTION(bincount, lithe::bincount(c[0], c.tensor("weights"), c.integer("minlength", 0)));
    LITHE_FUNCTION(histc,
                   lithe::histc(c[0], c.integer("bins"), c.number("min", 0), c.number("max", 0)));
}

[[maybe_unused]] const bool is_added = [] {
    add_reductions();
    add_running();
    add_order();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
