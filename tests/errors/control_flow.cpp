// Loops and branches: lithe::scan, while_loop, cond, and bools that are known when a model runs.
#include <lithe/lithe.h>

#include "compiler/compiled_model.h"
#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

using Body = std::function<Tensors(const Tensor&)>;

struct BranchyImpl : nn::Module {
    Body body;
    explicit BranchyImpl(Body of) : body(std::move(of)) {}
    Tensors forward(const Tensor& x) { return body(x); }
};
LITHE_MODULE(Branchy);

void trace_body(Body body) { compile(Branchy(std::move(body)), "x:f32[N=2..6,4]"); }

bool is_positive(const Tensor& x) { return (x.sum() > 0).item<bool>(); }

ScanResult count(const Tensors& carries, const Tensors&) { return {{carries[0] + 1}, {}}; }

void scan_rows(const Tensor& x, const ScanStep& step) { scan(step, {zeros({4})}, {x}); }

Tensor is_small(const Tensors& carries) { return carries[0].sum() < 3; }

Tensors same_again(const Tensors& in) { return in; }

const ErrorCases cases = {
    {"scan.length", [] { scan(count, {zeros({})}, {zeros({})}); }},
    {"scan.length", [] { scan(count, {zeros({})}, {zeros({2, 3}), zeros({4, 3})}); }},
    {"scan.length", [] { scan(count, {zeros({})}, {}); }},
    {"scan.length", [] { scan(count, {zeros({})}, {}, {.length = -2}); }},
    {"scan.length",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             return scan(count, {zeros({})}, {x, x.slice(0, 1)}).carries;
         });
     }},
    {"scan.carry",
     [] {
         scan_rows(ones({2, 4}), [](const Tensors& c, const Tensors& x) -> ScanResult {
             return {{cat({c[0], x[0]})}, {}};
         });
     }},
    {"scan.carry",
     [] {
         scan_rows(ones({2, 4}), [](const Tensors& c, const Tensors&) -> ScanResult {
             return {{c[0], c[0]}, {}};
         });
     }},
    {"scan.carry",
     [] {
         scan_rows(ones({2, 4}),
                   [](const Tensors&, const Tensors&) -> ScanResult { return {{Tensor()}, {}}; });
     }},
    {"scan.carry",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             const ScanStep step = [](const Tensors& c, const Tensors&) -> ScanResult {
                 return {{c[0].to(DType::f64)}, {}};
             };
             return scan(step, {zeros({4})}, {x}).carries;
         });
     }},
    {"while_loop.condition",
     [] {
         while_loop([](const Tensors& c) { return c[0] < 3; },
                    [](const Tensors& c) -> Tensors { return {c[0] + 1}; }, {zeros({2})});
     }},
    {"while_loop.condition",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             return while_loop([](const Tensors& c) { return c[0].sum(); },
                               [](const Tensors& c) -> Tensors { return {c[0] + 1}; }, {x});
         });
     }},
    {"while_loop.carry",
     [] {
         while_loop(is_small, [](const Tensors& c) -> Tensors { return {c[0].to(DType::i64)}; },
                    {zeros({2})});
     }},
    {"while_loop.carry",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             return while_loop(is_small, [](const Tensors& c) -> Tensors { return {c[0].sum(0)}; },
                               {x});
         });
     }},
    {"while_loop.gradient",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             const EnableGradGuard grad;
             const Tensor start = x.detach().requires_grad_();
             const Tensors end = while_loop(
                 is_small, [](const Tensors& c) -> Tensors { return {c[0] + 1}; }, {start});
             return autograd::grad({end[0].sum()}, {start});
         });
     }},
    {"cond.flag", [] { cond(ones({2}, DType::boolean), same_again, same_again); }},
    {"cond.flag",
     [] {
         trace_body([](const Tensor& x) { return cond(x.sum(), same_again, same_again, {x}); });
     }},
    {"cond.results",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             const auto sums = [](const Tensors& in) -> Tensors { return {in[0].sum(0)}; };
             return cond(x.sum() > 0, same_again, sums, {x});
         });
     }},
    {"trace.branch_in_region",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             const ScanStep step = [](const Tensors& c, const Tensors& row) -> ScanResult {
                 return {{is_positive(row[0]) ? c[0] + row[0] : c[0]}, {}};
             };
             return scan(step, {zeros({4})}, {x}).carries;
         });
     }},
    {"trace.branch_results",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             if (is_positive(x)) return {x, x};
             return {x};
         });
     }},
    {"trace.branch_results",
     [] {
         trace_body([](const Tensor& x) -> Tensors { return {is_positive(x) ? x.sum(0) : x}; });
     }},
    {"trace.random_in_region",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             const ScanStep step = [](const Tensors& c, const Tensors& row) -> ScanResult {
                 return {{c[0] + row[0] * rand({4})}, {}};
             };
             return scan(step, {zeros({4})}, {x}).carries;
         });
     }},
    {"trace.random_in_region",
     [] {
         trace_body(
             [](const Tensor& x) -> Tensors { return {is_positive(x) ? x * rand({4}) : x}; });
     }},
    {"trace.region_value",
     [] {
         trace_body([](const Tensor& x) -> Tensors {
             Tensor kept;
             const ScanStep step = [&](const Tensors& c, const Tensors& row) -> ScanResult {
                 kept = row[0] * 2;
                 return {{c[0] + kept}, {}};
             };
             const Tensors end = scan(step, {zeros({4})}, {x}).carries;
             return {end[0] + kept};
         });
     }},
    {"trace.too_many_branches",
     [] {
         trace_body([](Tensor x) -> Tensors {
             while (is_positive(x)) x = x - 1;
             return {x};
         });
     }},
    {"trace.too_many_branches",
     [] {
         trace_body([](Tensor x) -> Tensors {
             for (int i = 0; i < 7; ++i) x = is_positive(x) ? x - 1 : x * 2;
             return {x};
         });
     }},
};

}  // namespace
}  // namespace lithe::tests
