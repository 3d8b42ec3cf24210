// Products: weights packed by prepare, products of two values, and those of one row.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "bench/kernels/cases.h"

namespace lithe::bench {
namespace {

void add_linear(Cases& cases, const char* kind, int64_t m, int64_t k, int64_t n,
                bool has_bias = true) {
    cases.push_back({.name = fmt::format("{}_{}x{}x{}", kind, m, k, n),
                     .op = "linear",
                     .sizes = {{"m", m}, {"k", k}, {"n", n}, {"bias", has_bias ? 1 : 0}},
                     .inputs = fmt::format("x:f32[{},{}]", m, k),
                     .subject = subject_of(nn::Linear(nn::LinearOptions(k, n).bias(has_bias))),
                     .flop = 2.0 * static_cast<double>(m * k * n)});
}

/// A product with a function behind it, fused as an epilogue.
void add_with(Cases& cases, const char* name, const nn::Sequential& net, int64_t m, int64_t k,
              int64_t n) {
    cases.push_back({.name = fmt::format("gemm_{}_{}x{}x{}", name, m, k, n),
                     .op = fmt::format("linear_{}", name),
                     .sizes = {{"m", m}, {"k", k}, {"n", n}, {"bias", 1}},
                     .inputs = fmt::format("x:f32[{},{}]", m, k),
                     .subject = subject_of(net),
                     .flop = 2.0 * static_cast<double>(m * k * n)});
}

void add_matmul(Cases& cases, int64_t batch, int64_t m, int64_t k, int64_t n) {
    cases.push_back(
        {.name = fmt::format("matmul_{}x{}x{}x{}", batch, m, k, n),
         .op = "matmul",
         .sizes = {{"batch", batch}, {"m", m}, {"k", k}, {"n", n}},
         .inputs = fmt::format("a:f32[{0},{1},{2}];b:f32[{0},{2},{3}]", batch, m, k, n),
         .subject = function([](const Tensors& in) { return Tensors{matmul(in[0], in[1])}; }),
         .flop = 2.0 * static_cast<double>(batch * m * k * n)});
}

}  // namespace

void add_products(Cases& cases) {
    add_linear(cases, "gemm", 128, 384, 1536);
    add_linear(cases, "gemm", 128, 1536, 384);
    add_linear(cases, "gemm", 128, 384, 384);
    add_linear(cases, "gemm", 64, 768, 3072);
    add_linear(cases, "gemm", 197, 192, 768);
    add_linear(cases, "gemm", 512, 512, 512, false);
    add_linear(cases, "gemm", 512, 768, 3072);
    add_linear(cases, "gemm", 512, 3072, 768);
    add_linear(cases, "gemm", 8, 784, 512);
    add_linear(cases, "gemm", 33, 100, 77);
    add_linear(cases, "gemm", 8, 768, 50257, false);  // weights from memory
    add_with(cases, "gelu", nn::Sequential(nn::Linear(192, 768), nn::GELU()), 197, 192, 768);
    add_with(cases, "silu", nn::Sequential(nn::Linear(192, 768), nn::SiLU()), 197, 192, 768);
    add_linear(cases, "gemv", 1, 784, 512);
    add_linear(cases, "gemv", 1, 4096, 4096);
    add_linear(cases, "gemv", 1, 768, 50257, false);
    add_matmul(cases, 1, 256, 256, 256);
    add_matmul(cases, 12, 128, 32, 128);
    add_matmul(cases, 12, 128, 128, 32);
}

}  // namespace lithe::bench
