"""People in the loop: workflows, tools and documents that ask somebody."""
