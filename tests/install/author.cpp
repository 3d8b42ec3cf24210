// Writes a model against the installed authoring library; lithe_reflect registers its plain
// members.
#include <lithe/lithe.h>

#include <cstdio>
#include <string>

namespace nn = lithe::nn;
using lithe::Tensor;

struct ScaleImpl : nn::Module {
    nn::Parameter weight{lithe::tensor({2.0, 3.0})};

    Tensor forward(const Tensor& x) { return x * weight; }
};
LITHE_MODULE(Scale);

struct NetImpl : nn::Module {
    Scale first;
    Tensor forward(const Tensor& x) { return lithe::relu(second_->forward(first->forward(x))); }

private:
    Scale second_;
};
LITHE_MODULE(Net);

int main() {
    Net net;
    std::string names;
    for (const auto& [name, parameter] : net->named_parameters()) names += name + " ";
    const Tensor y = net(lithe::tensor({-1.0, 1.0}));
    const bool right =
        names == "first.weight second_.weight " && y.array().at(0) == 0 && y.array().at(1) == 9;
    std::printf("%s%g %g\n", names.c_str(), y.array().at(0), y.array().at(1));
    return right ? 0 : 1;
}
