# Nothing is deployed: locals.tf computes the names, outputs.tf hands them out.
